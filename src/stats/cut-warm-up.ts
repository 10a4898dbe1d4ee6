import { robustDeviation } from './order-statistics.ts';
import type { Point } from './point.ts';
import { theilSen } from './theil-sen.ts';

/** What takes longer is no warm-up but growth that levels off, and its bend must be seen to be distinguished from a leak. */
const LONGEST_SHARE = 0.15;
const DEVIATIONS = 4;
const LEAST_POINTS = 8;

/**
 * Leaves out the start of a series that does not belong to what follows (code that is compiled, pools that are filled).
 * The line of the last half is drawn back to the start; what lies more than four deviations off it, without a break from
 * the first point on, is warm-up. A leak from the first request on lies on its own line and is not cut.
 *
 * `inAll`: points of the whole series, of which these are one life. A warm-up takes its time, however long the life is.
 */
export function cutWarmUp(points: readonly Point[], inAll: number = points.length): readonly Point[] {
  if (points.length < LEAST_POINTS) return points;
  const lastHalf = points.slice(Math.floor(points.length / 2));
  const line = theilSen([lastHalf]);
  if (!line) return points;
  const off = ({ x, y }: Point): number => y - line.slope * x - (line.intercepts[0] ?? 0);
  const allowed = DEVIATIONS * robustDeviation(lastHalf.map(off));
  const settled = points.findIndex((point) => Math.abs(off(point)) <= allowed);
  return settled > 0 && settled <= Math.min(inAll * LONGEST_SHARE, points.length / 3) ? points.slice(settled) : points;
}
