import { formatCount, formatDuration, type Milliseconds, type Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';
import { capital, code } from '../terms.ts';

export const NO_POOL = 'no pool of a known database driver was seen inside the service';
export const KEPT_ON_PURPOSE = 'A connection that is kept on purpose (LISTEN, an advisory lock) looks the same.';
export const SLOW_WORK =
  'Slow queries and work between two queries also hold a connection longer. In that case a larger pool only moves the queue into the database.';
export const TOO_SMALL_ADVICE =
  'Take a connection as late as possible and return it before other work. Then raise `max` of the pool, as far as the database allows.';
/** As a holder and as what advice is about. */
export const POOL = 'the pool';
export const UNNAMED = 'the database';

/** `meanWaitMs`: null if nobody took a connection under load. */
export function inUse(out: number, limit: number, meanWaitMs: Milliseconds | null): string {
  const acquired = meanWaitMs === null ? '' : `; callers waited ${figure(meanWaitMs)} ms for one on average`;
  return `${formatCount(out)} of ${formatCount(limit)} connections in use at the end${acquired}`;
}

export function holder(database: string): string {
  return `pool of connections to ${database}`;
}

export function keptTitle(kept: number, limit: number): string {
  const all = kept >= limit ? `all ${formatCount(limit)}` : `${formatCount(kept)} of ${formatCount(limit)}`;
  return `${capital(all)} connections of the pool are in use although no request is in progress: they are not returned.`;
}

export interface AtRest {
  readonly before: number;
  readonly after: number;
  readonly waiting: number;
  readonly forMs: Milliseconds;
}

export function atRest({ before, after, waiting, forMs }: AtRest): string {
  return `In use without requests: ${formatCount(before)} at first, ${formatCount(after)} at the end (${formatDuration(forMs)} after the last request); ${formatCount(waiting)} callers waited.`;
}

/** `line`: `server.js:12`. */
export function takenAt(held: number, line: string, oldestMs: Milliseconds): string {
  return `${formatCount(held)} of them were taken at ${code(line)}, the oldest ${formatDuration(oldestMs)} earlier.`;
}

export function tooSmallTitle(limit: number, meanWaitMs: Milliseconds): string {
  return `A pool of ${formatCount(limit)} is too small for this load, or its connections are held too long: callers wait ${figure(meanWaitMs)} ms for one.`;
}

export interface Waits {
  readonly acquires: number;
  readonly failures: number;
  readonly meanMs: Milliseconds;
  readonly maxMs: Milliseconds;
  /** Share of the samples under load in which a request waited and no connection was free. */
  readonly share: Share;
}

export function waited({ acquires, failures, meanMs, maxMs, share }: Waits): string {
  const failed = failures > 0 ? `, ${formatCount(failures)} of them failed` : '';
  return `Under load ${formatCount(acquires)} connections were requested${failed}; the wait was ${figure(meanMs)} ms on average and ${figure(maxMs)} ms at most. In ${percent(share)} of the samples a caller waited and none was free.`;
}
