import { figure } from '../figures.ts';
import { code } from '../terms.ts';

export const NOT_COMPARED = 'no heap snapshots were compared';
export const LOOKED = 'of the holders that grow; how often a bounded cache is hit cannot be seen';
export const AGAINST = 'The load may use new keys each time, while real users repeat the same keys.';
export const GAIN =
  'The memory of the cache and the time to fill it. With a key that repeats, the cache also saves the work that it was made for.';
export const ADVICE =
  'Look at the key: it contains something that differs each time (a request id, a time, the order of parameters, a new object). Build it only from what the result depends on, and give the cache a bound.';
export const CHECK = 'Count hits and misses in the cache and log them: hits should be more than a few percent.';

/** `request`: null if it is each of all requests. */
export function title(request: string | null, holder: string): string {
  const who = request === null ? 'Each request' : `Each ${code(request)}`;
  return `${who} adds an entry to ${holder}: no entry is ever read again. It is a cache that never hits.`;
}

export function oneEntryEach(perRequest: number, request: string | null): string {
  return `It grows by ${figure(perRequest)} entries per request${request === null ? '' : ', as many as there are requests of that name'}.`;
}
