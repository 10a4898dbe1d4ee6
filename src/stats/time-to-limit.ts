export interface TimeToLimit {
  /** In units of the slope's x, from now; null: not reached at this slope. */
  readonly expected: number | null;
  /** Soonest and latest by the interval of the slope; `latest` is null if the slope may be zero. */
  readonly soonest: number | null;
  readonly latest: number | null;
}

/**
 * When a straight line from `level` meets `limit`. A slope's interval becomes an interval of times by dividing: the
 * steepest slope is the soonest. Already above the limit: 0.
 */
export function timeToLimit(
  level: number,
  limit: number,
  slope: { readonly slope: number; readonly low: number; readonly high: number },
): TimeToLimit {
  const room = Math.max(0, limit - level);
  const at = (rate: number): number | null => (rate > 0 ? room / rate : null);
  return { expected: at(slope.slope), soonest: at(slope.high), latest: at(slope.low) };
}
