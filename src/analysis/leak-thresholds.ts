import type { Trend } from '../stats/trend.ts';

/**
 * Numbers by which more than one check tells a leak from its look-alikes. What only one check asks for stands there.
 * Measured on 39 leaks and 52 healthy services and look-alikes with a known number of requests (docs/accuracy.md keeps
 * what a larger set says of them today).
 */

/**
 * A straight line: leaks of objects fit one with R2 of 0.99 and more, and grow in their second half 0.9 to 1.1 times as fast
 * as in the first; warm-up and caches that fill 0 to 0.2 times, one towards a far bound 0.57, a periodic batch has no fit.
 */
const LINE_R_SQUARED = 0.9;
const LINE_HALF_RATIO = 0.6;

export function isStraightLine({ rSquared, halfRatio }: Pick<Trend, 'rSquared' | 'halfRatio'>): boolean {
  return rSquared >= LINE_R_SQUARED && (halfRatio ?? 0) >= LINE_HALF_RATIO;
}

/** Growth that was let go while no request came: from here on it was use (an expiry, a queue, requests under way), no leak. */
export const RELEASED_SHARE = 0.5;
/** From here on it is in doubt. Objects are counted in a heap at rest; the heap as a whole is as exact. */
export const PARTLY_RELEASED_SHARE = 0.1;
/** Of descriptors, threads and objects by class alone, some come and go by themselves. */
export const PARTLY_RELEASED_COUNTS = 0.2;

/** Smallest over largest growth a request between snapshots. Even growth of large numbers stays above this. */
export const STEADY = 0.75;
/** Counts that are taken without a snapshot see what is under way. */
export const STEADY_COUNTS = 0.6;
/** Below this it is uneven, or slows down, whatever chance does. A far bound measured 0.57 a half, so less from end to end. */
export const UNEVEN = 0.4;

/** A shorter look at a line cannot tell a leak from a warm-up, or from a cache on its way to its bound. */
export const SHORT_RUN_MS: number = 10 * 60_000;
/** Where the line is all that there is (nobody is named, or an allocator may keep what it had), this much is sure. */
export const LONG_LINE_MS: number = 30 * 60_000;
