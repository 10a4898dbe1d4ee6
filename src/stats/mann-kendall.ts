import { normalCdf } from './normal-distribution.ts';

export interface MannKendall {
  /** Pairs that rise minus pairs that fall. */
  readonly s: number;
  /** Variance of S where there is no trend, ties taken into account, times the factor given. */
  readonly variance: number;
  readonly z: number;
  /** One-sided: how likely so many rises are where there is no trend. 1 if there is nothing to test. */
  readonly pRising: number;
}

/**
 * Mann-Kendall test for a rising trend (Mann 1945, Kendall 1975): it looks at signs of differences only, so neither the
 * shape of the growth nor outliers matter. S = sum over i < j of sign(x_j - x_i), and without a trend
 *
 *     Var(S) = [ n(n-1)(2n+5) - sum over groups of t ties of t(t-1)(2t+5) ] / 18
 *
 * Several pieces are tested together by adding their S and their variances, as Hirsch and Slack (1982) do for seasons.
 * `factor` swells the variance for persistence: see `varianceFactor`.
 */
export function mannKendall(pieces: readonly (readonly number[])[], factor: number = 1): MannKendall {
  let s = 0;
  let variance = 0;
  for (const values of pieces) {
    s += risesMinusFalls(values);
    variance += varianceOf(values);
  }
  variance *= factor;
  // Continuity correction: S moves in steps of 2.
  const z = variance > 0 ? (s - Math.sign(s)) / Math.sqrt(variance) : 0;
  return { s, variance, z, pRising: variance > 0 ? 1 - normalCdf(z) : 1 };
}

function risesMinusFalls(values: readonly number[]): number {
  let s = 0;
  for (let i = 0; i < values.length; i += 1) {
    for (let j = i + 1; j < values.length; j += 1) s += Math.sign((values[j] ?? 0) - (values[i] ?? 0));
  }
  return s;
}

function varianceOf(values: readonly number[]): number {
  const term = (count: number): number => count * (count - 1) * (2 * count + 5);
  const ties = new Map<number, number>();
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1);
  return [...ties.values()].reduce((rest, count) => rest - term(count), term(values.length)) / 18;
}
