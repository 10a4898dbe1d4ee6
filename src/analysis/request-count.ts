import { totalGain } from '../stats/counters.ts';
import type { RunView } from './run-view.ts';

/** Requests of our load; else what the target counted, summed over its lives. */
export function requestCount({ run }: RunView): number {
  if (run.requests.length > 0) return run.requests.reduce((sum, { count }) => sum + count, 0);
  return totalGain(run.samples, 'requests.served') ?? 0;
}
