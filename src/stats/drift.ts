import { normalCdf } from './normal-distribution.ts';

const LEAST_STEPS = 8;

/**
 * Does a series climb, even if it is a random walk? Its steps d_i = y_{i+1} - y_i are tested for a mean above zero by
 * Student's t. This is the companion of Mann-Kendall with the AR(1) factor, for what that one cannot see: growth that is
 * nearly free of noise but bent a little. There the residuals are one smooth curve, look wholly persistent, and the
 * factor swallows the trend; but the steps all go up.
 *
 * Against a walk without drift, the most persistent noise there is, it is exact; against calmer noise it is
 * conservative, since what goes up there comes down. A single jump does not pass: it swells the deviation as much as the mean.
 *
 * One-sided p-value; 1 with fewer than eight steps or steps that are all zero. t is turned into z by Wallace (1959).
 */
export function driftTest(pieces: readonly (readonly number[])[]): number {
  const steps = pieces.flatMap((values) => values.slice(1).map((value, i) => value - (values[i] ?? 0)));
  const n = steps.length;
  if (n < LEAST_STEPS) return 1;
  const mean = steps.reduce((sum, step) => sum + step, 0) / n;
  if (mean <= 0) return 1;
  const variance = steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / (n - 1);
  if (variance === 0) return 1 - normalCdf(8);
  const freedom = n - 1;
  const t = mean / Math.sqrt(variance / n);
  const z = ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log(1 + (t * t) / freedom));
  return 1 - normalCdf(z);
}
