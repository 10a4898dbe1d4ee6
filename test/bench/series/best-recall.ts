import { normalCdf } from '../../../src/stats/normal-distribution.ts';
import type { Point } from '../../../src/stats/point.ts';

/** How the judged points of a flat series scatter, and how much a point repeats the one before. */
export interface BlockNoise {
  readonly deviation: number;
  readonly persistence: number;
}

/** Over several runs together: the common level is known, so slow noise counts in full. */
export function blockNoise(runs: readonly (readonly Point[])[]): BlockNoise {
  const values = runs.map((points) => points.map(({ y }) => y));
  const all = values.flat();
  const level = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - level) ** 2, 0) / all.length;
  const products = values.flatMap((run) =>
    run.slice(1).map((value, i) => (value - level) * ((run[i] ?? level) - level)),
  );
  const shared = products.reduce((sum, product) => sum + product, 0) / Math.max(1, products.length);
  return { deviation: Math.sqrt(variance), persistence: Math.max(0, Math.min(0.98, shared / variance)) };
}

/**
 * The power of the best test there is: generalised least squares with known deviation and persistence r. With rows
 * x*_0 = sqrt(1 - r^2) x_0 and x*_i = x_i - r x_(i-1), the information on (level, slope) is X*'X* / (1 - r^2) in units of
 * the deviation (Prais and Winsten 1954), and power = P(Z < growth / s.e. - z).
 *
 * `critical` is the z from which on it would say so. `growth` in deviations over one piece; the points are dealt to `pieces` of equal length.
 */
export function bestRecall(
  growth: number,
  points: number,
  persistence: number,
  pieces: number,
  critical: number,
): number {
  const n = Math.max(2, Math.floor(points / pieces));
  let [ones, cross, squares] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const [one, x] =
      i === 0 ? [Math.sqrt(1 - persistence ** 2), 0] : [1 - persistence, (i - persistence * (i - 1)) / (n - 1)];
    ones += one * one;
    cross += one * x;
    squares += x * x;
  }
  const information = (pieces * (squares - cross ** 2 / ones)) / (1 - persistence ** 2);
  return normalCdf(growth * Math.sqrt(information) - critical);
}
