import { mannKendall } from './mann-kendall.ts';
import { normalQuantile } from './normal-distribution.ts';
import { median, quantileOfSorted } from './order-statistics.ts';
import type { Pieces } from './point.ts';

export interface TheilSen {
  readonly slope: number;
  /** Interval of the slope. */
  readonly low: number;
  readonly high: number;
  /** One for each piece: median of y - slope x. */
  readonly intercepts: readonly number[];
}

/**
 * Theil-Sen slope: the median of the slopes of all pairs of points of one piece (Theil 1950, Sen 1968). A quarter of
 * the points may be wild without moving it.
 *
 * The interval comes from ranks: of the N sorted pair slopes those at (N -+ C)/2 with C = z sqrt(factor Var(S)), Var(S)
 * that of Mann-Kendall. `factor` is the price of persistence (`varianceFactor`): without it a nominal 95 % interval for
 * the time to a limit holds the truth in 62 to 81 % of runs, with it in 93 %.
 *
 * Null if no two points of a piece differ in x.
 */
export function theilSen(pieces: Pieces, factor: number = 1, confidence: number = 0.95): TheilSen | null {
  const slopes = pairSlopes(pieces);
  if (slopes.length === 0) return null;
  const slope = quantileOfSorted(slopes, 0.5);
  const values = pieces.map((points) => points.map(({ y }) => y));
  const reach = normalQuantile((1 + confidence) / 2) * Math.sqrt(mannKendall(values, factor).variance);
  const at = (rank: number): number => slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))] ?? slope;
  return {
    slope,
    low: at((slopes.length - reach) / 2 - 0.5),
    high: at((slopes.length + reach) / 2 - 0.5),
    intercepts: pieces.map((points) => median(points.map(({ x, y }) => y - slope * x))),
  };
}

/** What is left of each piece when the common slope and its own intercept are taken away. */
export function detrend(pieces: Pieces, { slope, intercepts }: TheilSen): number[][] {
  return pieces.map((points, piece) => points.map(({ x, y }) => y - slope * x - (intercepts[piece] ?? 0)));
}

function pairSlopes(pieces: Pieces): number[] {
  const slopes: number[] = [];
  for (const points of pieces) {
    for (let i = 0; i < points.length; i += 1) {
      for (let j = i + 1; j < points.length; j += 1) {
        const [a, b] = [points[i], points[j]];
        if (a && b && b.x !== a.x) slopes.push((b.y - a.y) / (b.x - a.x));
      }
    }
  }
  return slopes.sort((a, b) => a - b);
}
