import type { Point } from './point.ts';

export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  readonly squaredError: number;
  /** Share of the variance that the line explains; 1 if there is none to explain. */
  readonly rSquared: number;
}

/**
 * The ordinary line of least squares, for comparing shapes and for saying how straight a line is; slopes come from
 * `theilSen`.
 */
export function leastSquares(points: readonly Point[]): LineFit {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  const slope = xx > 0 ? xy / xx : 0;
  const squaredError = Math.max(0, yy - slope * xy);
  return { slope, intercept: meanY - slope * meanX, squaredError, rSquared: yy > 0 ? 1 - squaredError / yy : 1 };
}
