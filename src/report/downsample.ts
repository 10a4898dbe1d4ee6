import type { SeriesPoint } from '../model/report-document.ts';

/** Points that a chart of a report gets at most. */
const MAX_POINTS = 2000;

/**
 * Thins a series for a chart. The points are cut into equal runs and of each run the smallest and the largest value
 * stay, in their order: a single spike of eight hours is still drawn, which an average would hide. First and last
 * point always stay. Points must be ordered by time.
 */
export function downsample(points: readonly SeriesPoint[], limit: number = MAX_POINTS): readonly SeriesPoint[] {
  if (points.length <= limit) return points;
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || limit < 4) return points.slice(0, limit);
  const inner = points.slice(1, -1);
  const runs = Math.floor((limit - 2) / 2);
  const kept: SeriesPoint[] = [first];
  for (let run = 0; run < runs; run++) {
    const from = Math.floor((run * inner.length) / runs);
    const to = Math.floor(((run + 1) * inner.length) / runs);
    kept.push(...extremes(inner, from, to));
  }
  kept.push(last);
  return kept;
}

/** Smallest and largest of `points[from..to)`, in order of time; one point where they are the same. */
function extremes(points: readonly SeriesPoint[], from: number, to: number): SeriesPoint[] {
  let low = from;
  let high = from;
  for (let i = from; i < to; i++) {
    const value = points[i]?.value ?? 0;
    if (value < (points[low]?.value ?? 0)) low = i;
    if (value > (points[high]?.value ?? 0)) high = i;
  }
  const order = low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
  return order.flatMap((i) => points[i] ?? []);
}
