import type { GrowthBehaviour } from './growth-tests.ts';

/** Objects a request over all loaded intervals; null where nobody counted. */
export function perRequest({ loaded, gained }: GrowthBehaviour): number | null {
  const requests = loaded.reduce((sum, { interval }) => sum + (interval.requests ?? Number.NaN), 0);
  return requests > 0 ? gained / requests : null;
}
