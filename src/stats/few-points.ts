import { leastSquares } from './least-squares.ts';
import type { Point } from './point.ts';
import { studentUpperTail } from './student-t.ts';

/**
 * Orders of more values are too many to try one by one; from there on the normal approximation of a rank test is exact
 * enough.
 */
export const MOST_TO_PERMUTE = 8;

export interface LineTest {
  /** One-sided: how likely normal noise makes a slope as steep and as straight where there is none. */
  readonly pLine: number;
  /** The same by order alone: the share of all orders of the values that rise as much. 1 if there are too many to try. */
  readonly pOrder: number;
}

/**
 * Six points in perfect order are one order of 720, so that no rank test reaches 1 % once it is corrected for the other
 * series. Sizes of the heap after forced collections have little noise, well below 1 %: there a straight line says
 * more than its order does. Student's t of the slope of least squares, t = r sqrt((n - 2) / (1 - r^2)), says how much, and
 * the exact permutation test (Fisher 1935) of sum x y beside it needs no normal noise: both must agree.
 */
export function testLine(points: readonly Point[]): LineTest {
  const n = points.length;
  const { slope, rSquared } = leastSquares(points);
  if (n < 4 || slope <= 0) return { pLine: 1, pOrder: 1 };
  const t = Math.sqrt((rSquared * (n - 2)) / Math.max(Number.EPSILON, 1 - rSquared));
  return { pLine: studentUpperTail(t, n - 2), pOrder: n <= MOST_TO_PERMUTE ? shareOfOrders(points) : 1 };
}

/** Of all orders of y over the same x, those with as large a sum of x y. */
function shareOfOrders(points: readonly Point[]): number {
  const xs = points.map(({ x }) => x - (points[0]?.x ?? 0));
  const ys = points.map(({ y }) => y);
  const seen = xs.reduce((sum, x, i) => sum + x * (ys[i] ?? 0), 0);
  const least = seen - 1e-9 * Math.abs(seen);
  let [asLarge, all] = [0, 0];
  const place = (at: number, left: readonly number[], sum: number): void => {
    if (left.length === 0) {
      all += 1;
      if (sum >= least) asLarge += 1;
      return;
    }
    for (const [i, y] of left.entries()) place(at + 1, left.toSpliced(i, 1), sum + (xs[at] ?? 0) * y);
  };
  place(0, ys, 0);
  return asLarge / all;
}
