import type { Point } from './point.ts';

/** A value that is explained as `intercept + coefficient * regressor`, and what is left. */
export interface AutoregressiveFit {
  readonly intercept: number;
  readonly coefficient: number;
  /** Lag-1 autocorrelation of what is left, 0 to 0.98. */
  readonly persistence: number;
  /** -2 ln(likelihood), up to a constant that all fits of the same points share. */
  readonly deviance: number;
}

const HIGHEST = 0.98;
const ROUNDS = 3;

/**
 * Least squares where what is left repeats itself: y_i = a + b g_i + e_i, e_i = r e_(i-1) + u_i. In turn r is estimated
 * from what is left, and a and b by least squares on the points with what they repeat taken away (Prais and Winsten 1954)
 *
 *     y*_0 = sqrt(1 - r^2) y_0,   y*_i = y_i - r y_(i-1)
 *
 * The deviance n ln(sum u_i^2 / n) - ln(1 - r^2) compares explanations fairly: a slow wander of the noise is as good an
 * explanation of a rise as a line is, unless the line leaves noise that is as independent as its steps are small. Plain
 * least squares calls nearly every wander a step or a line.
 *
 * `persists` false: r is held at 0, for series too short to estimate it. `floor` keeps the logarithm finite.
 */
export function autoregressiveFit(
  points: readonly Point[],
  regressor: readonly number[] | null,
  { persists, floor }: { readonly persists: boolean; readonly floor: number },
): AutoregressiveFit {
  const n = points.length;
  const values = points.map(({ y }) => y);
  let persistence = 0;
  let fit = solve(values, regressor, 0);
  for (let round = 0; persists && round < ROUNDS; round += 1) {
    const { intercept, coefficient } = fit;
    persistence = lagOne(values.map((y, i) => y - intercept - coefficient * (regressor?.[i] ?? 0)));
    fit = solve(values, regressor, persistence);
  }
  const deviance = n * Math.log(fit.squaredError / n + floor) - Math.log(1 - persistence ** 2);
  return { intercept: fit.intercept, coefficient: fit.coefficient, persistence, deviance };
}

function lagOne(rest: readonly number[]): number {
  let shared = 0;
  let total = 0;
  for (let i = 1; i < rest.length; i += 1) {
    shared += (rest[i] ?? 0) * (rest[i - 1] ?? 0);
    total += (rest[i - 1] ?? 0) ** 2;
  }
  return total > 0 ? Math.min(HIGHEST, Math.max(0, shared / total)) : 0;
}

/** The normal equations of two unknowns, or of the intercept alone. */
function solve(
  values: readonly number[],
  regressor: readonly number[] | null,
  r: number,
): { readonly intercept: number; readonly coefficient: number; readonly squaredError: number } {
  const first = Math.sqrt(1 - r ** 2);
  const star = (of: (i: number) => number, i: number): number => (i === 0 ? first * of(0) : of(i) - r * of(i - 1));
  // Centred, so that large levels with small changes keep their digits.
  const centre = values[0] ?? 0;
  const y = (i: number): number => (values[i] ?? 0) - centre;
  const g = (i: number): number => regressor?.[i] ?? 0;
  let [oo, og, gg, oy, gy, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i += 1) {
    const one = i === 0 ? first : 1 - r;
    const [gi, yi] = [star(g, i), star(y, i)];
    oo += one * one;
    og += one * gi;
    gg += gi * gi;
    oy += one * yi;
    gy += gi * yi;
    yy += yi * yi;
  }
  const determinant = oo * gg - og * og;
  const coefficient = determinant > 1e-12 * oo * gg ? (oo * gy - og * oy) / determinant : 0;
  const intercept = (oy - coefficient * og) / oo;
  const squaredError = Math.max(0, yy - intercept * oy - coefficient * gy);
  return { intercept: intercept + centre, coefficient, squaredError };
}
