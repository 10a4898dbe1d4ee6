/**
 * P(Z < z) of the standard normal distribution: Zelen and Severo's formula (Abramowitz and Stegun 26.2.17), absolute
 * error below 7.5e-8, so p-values below a millionth are not to be told apart.
 */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = density * series;
  return z >= 0 ? 1 - upper : upper;
}

/**
 * The z below which `share` of the standard normal distribution lies, for 0 < share < 1: Abramowitz and Stegun 26.2.23,
 * absolute error below 4.5e-4. Enough for intervals; not for tails beyond a millionth.
 */
export function normalQuantile(share: number): number {
  if (share < 0.5) return -normalQuantile(1 - share);
  const t = Math.sqrt(-2 * Math.log(1 - share));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below;
}
