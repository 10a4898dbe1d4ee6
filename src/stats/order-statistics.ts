/**
 * Order statistics, used instead of means and standard deviations, since one pause of a collection or one
 * descheduled second must not move a verdict.
 */

/**
 * The `share` quantile (0 to 1) with linear interpolation between neighbours (type 7 of Hyndman and Fan 1996, the
 * default of R and NumPy). NaN for an empty list.
 */
export function quantile(values: readonly number[], share: number): number {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    share,
  );
}

/** As `quantile`, of values that are in rising order already. */
export function quantileOfSorted(sorted: readonly number[], share: number): number {
  const position = Math.min(1, Math.max(0, share)) * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Of a normal distribution, the median absolute deviation is 0.6745 standard deviations. */
const MAD_TO_SIGMA = 1.4826;

/** Median absolute deviation, scaled so that it estimates the standard deviation of normal noise. */
export function robustDeviation(values: readonly number[]): number {
  const centre = median(values);
  return MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - centre)));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
