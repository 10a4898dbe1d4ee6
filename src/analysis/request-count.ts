import type { RunView } from './run-view.ts';

/** Requests of our load; else what the target counted, summed over its lives. */
export function requestCount({ run }: RunView): number {
  if (run.requests.length > 0) return run.requests.reduce((sum, { count }) => sum + count, 0);
  const bySegment = new Map<number, { first: number; last: number }>();
  for (const { segment, values } of run.samples) {
    const served = values['requests.served'];
    if (served === undefined) continue;
    const seen = bySegment.get(segment);
    if (seen) seen.last = served;
    else bySegment.set(segment, { first: served, last: served });
  }
  return [...bySegment.values()].reduce((sum, { first, last }) => sum + last - first, 0);
}
