import { totalGain } from '../stats/counters.ts';
import type { RunView } from './run-view.ts';

/**
 * Requests of the run as its reader counts them: of our load; else what the target counted, over all its lives. What is
 * divided by requests goes by `requestCounter`, since objects are kept for requests of others too.
 */
export function requestCount({ run }: RunView): number {
  if (run.requests.length > 0) return run.requests.reduce((sum, { count }) => sum + count, 0);
  return totalGain(run.samples, 'requests.served') ?? 0;
}
