import type { Point } from './point.ts';
import { theilSen } from './theil-sen.ts';

/**
 * The slope of the second half over that of the first. A leak: 0.9 to 1.1, since it is linear in requests. Warm-up, a
 * cache that fills, interning: 0 to 0.2. Growth towards a far plateau is in between (0.57 was measured): the hard case.
 *
 * 1 if the first half has no slope; infinite growth late in a run (a late leak) gives a large number. Null with fewer
 * than four points.
 */
export function halfRatio(points: readonly Point[]): number | null {
  if (points.length < 4) return null;
  const first = points[0]?.x ?? 0;
  const middle = first + ((points.at(-1)?.x ?? 0) - first) / 2;
  const early = theilSen([points.filter(({ x }) => x <= middle)]);
  const late = theilSen([points.filter(({ x }) => x >= middle)]);
  if (!early || !late) return null;
  if (early.slope === 0) return late.slope === 0 ? 1 : Math.sign(late.slope) * Number.MAX_VALUE;
  // A fall that turns into a rise is no concave growth.
  return early.slope < 0 && late.slope > 0 ? Number.MAX_VALUE : late.slope / early.slope;
}
