import type { GrowthBehaviour } from './growth-tests.ts';

/** Objects per request over all loaded intervals; null if not counted. */
export function perRequest({ loaded, gained }: GrowthBehaviour): number | null {
  const requests = loaded.reduce((sum, { interval }) => sum + (interval.requests ?? Number.NaN), 0);
  return requests > 0 ? gained / requests : null;
}
