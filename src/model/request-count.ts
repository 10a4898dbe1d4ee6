import type { Sample } from './sample.ts';
import type { MonoMs } from './units.ts';

export type RequestCounter = 'requests.served' | 'load.requests';

/**
 * The count of answered requests that all comparisons of a run go by: the target's own where any sample has it, else that
 * of the load. The two differ (a probe, other clients), and a sample that a busy target did not answer lacks its own: to
 * take the other count there would make requests out of nothing.
 */
export function requestCounter(samples: readonly Sample[]): RequestCounter {
  return samples.some(({ values }) => values['requests.served'] !== undefined) ? 'requests.served' : 'load.requests';
}

/** Requests answered in all by then, as far as the samples until then tell; null if not counted. */
export function answeredRequests(samples: readonly Sample[], untilMonoMs: MonoMs): number | null {
  const counter = requestCounter(samples);
  const sample = samples.findLast(({ monoMs, values }) => monoMs <= untilMonoMs && values[counter] !== undefined);
  return sample?.values[counter] ?? null;
}
