import type { Trend } from '../stats/trend.ts';

/**
 * Thresholds by which more than one check distinguishes a leak from its look-alikes. A threshold of one check is in the file
 * of that check. Measured on 39 leaks and 52 healthy services and look-alikes with a known number of requests
 * (docs/accuracy.md keeps what a larger set says of them today).
 */

/**
 * A straight line: leaks of objects fit one with R2 of 0.99 and more, and grow in their second half 0.9 to 1.1 times as fast
 * as in the first; warm-up and caches that fill 0 to 0.2 times, one towards a far bound 0.57, a periodic batch has no fit.
 */
export const LINE_R_SQUARED = 0.9;
const LINE_HALF_RATIO = 0.6;

export function isStraightLine({ rSquared, halfRatio }: Pick<Trend, 'rSquared' | 'halfRatio'>): boolean {
  return rSquared >= LINE_R_SQUARED && (halfRatio ?? 0) >= LINE_HALF_RATIO;
}

/**
 * A count of open things must rise by this share of its level before its trend is tested: pools and keep-alive connections
 * move the level by a few percent.
 */
export const COUNT_SHARE = 0.1;
/**
 * Leaks that were found already and make up this share of a line explain it: native memory and buffers follow the objects
 * that hold them.
 */
export const EXPLAINED_SHARE = 0.5;

/**
 * Growth that was released while no request came: from this share on it was in use (an expiry, a queue, requests in flight),
 * and is no leak.
 */
export const RELEASED_SHARE = 0.5;
/** From this share on it is in doubt. Objects are counted in a heap at rest; the size of the whole heap is as exact. */
export const PARTLY_RELEASED_SHARE = 0.1;
/** The same for descriptors, threads and objects known only by class: their number varies without a leak. */
export const PARTLY_RELEASED_COUNTS = 0.2;

/** Smallest over largest growth per request between snapshots. Even growth of large numbers stays above this. */
export const STEADY = 0.75;
/** Counts that are taken without a snapshot include requests in flight. */
export const STEADY_COUNTS = 0.6;
/**
 * Below this it is uneven, or slows down, and chance does not explain it. A distant bound measured 0.57 for each half, so
 * less from end to end.
 */
export const UNEVEN = 0.4;

/** A shorter line cannot distinguish a leak from a warm-up, or from a cache that is still filling up to its bound. */
export const SHORT_RUN_MS: number = 10 * 60_000;
/** If the line is the only evidence (no holder is known, or the allocator may keep freed memory), it must be this long. */
export const LONG_LINE_MS: number = 30 * 60_000;
