/**
 * How even growth is over its intervals, as the smallest rate over the largest: 1 is a line, near 0 all at once or falling
 * off as a warm-up does, below 0 if it shrank in one. Null with fewer than two intervals.
 */
export function evennessOf(rates: readonly number[]): number | null {
  if (rates.length < 2) return null;
  return Math.min(...rates) / Math.max(...rates, Number.MIN_VALUE);
}
