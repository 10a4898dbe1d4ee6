import { driftTest } from './drift.ts';
import { MOST_TO_PERMUTE, testLine } from './few-points.ts';
import { fitShape, type Shape } from './fit-shape.ts';
import { halfRatio } from './half-ratio.ts';
import { leastSquares } from './least-squares.ts';
import { mannKendall } from './mann-kendall.ts';
import { median, robustDeviation } from './order-statistics.ts';
import { detectPeriod, removePeriod } from './period.ts';
import { varianceFactor } from './persistence.ts';
import { type Pieces, type Point, spanOf } from './point.ts';
import { smallestSlope } from './smallest-slope.ts';
import { detrend, type TheilSen, theilSen } from './theil-sen.ts';

/** All that is measured of one series before anything is decided. Slopes are per unit of x. */
export interface Trend {
  readonly points: number;
  /** Time (or requests) that the pieces cover. */
  readonly span: number;
  readonly level: number;
  /** Where the line ends. */
  readonly latest: number;
  readonly slope: number;
  /** 95 % interval of the slope. */
  readonly low: number;
  readonly high: number;
  /** One-sided, not yet corrected for the number of series tested. */
  readonly pRising: number;
  readonly shape: Shape;
  /** Points of the wave that was taken away; null if there was none. */
  readonly period: number | null;
  readonly halfRatio: number | null;
  /** Of a straight line. */
  readonly rSquared: number;
  /** Scatter around the line, as a standard deviation. */
  readonly noise: number;
  /** The smallest slope that would have been noticed in nine of ten runs like this one. */
  readonly smallestSlope: number;
}

export interface MeasureOptions {
  /**
   * The values have next to no noise, as counts and sizes of the heap after collections: then few of them may prove a line.
   */
  readonly isCalm?: boolean;
}

const LEAST_POINTS = 5;
/** Of each series: Mann-Kendall and drift. */
const TESTS = 2;
/** Fewer points give no estimate of persistence: the correction for bias alone would swallow every trend. */
const LEAST_FOR_PERSISTENCE = 12;

/**
 * Measures how a series moves: wave removed, shape fitted, slope with interval, rank test. Null with fewer than five
 * points. `pieces` are compared inside themselves only; their levels may differ. Warm-up is cut and blocks are made by
 * the caller, who knows what the points are. `series` that are tested together share the chance of a false alarm.
 */
export function measureTrend(pieces: Pieces, series: number = 1, options: MeasureOptions = {}): Trend | null {
  const used = pieces.filter((points) => points.length >= 2);
  const points = used.reduce((sum, piece) => sum + piece.length, 0);
  if (points < LEAST_POINTS) return null;
  const period = used.length === 1 ? detectPeriod(used[0] ?? []) : null;
  const calm = period === null ? used : used.map((piece) => removePeriod(piece, period));
  const raw = theilSen(calm);
  if (!raw) return null;
  const rest = detrend(calm, raw);
  // A wave costs as many values as it has phases: so much less is known of what is left.
  const freedom = period === null ? 1 : points / Math.max(1, points - period);
  const factor = freedom * priceOf(rest);
  const line = theilSen(calm, factor) ?? raw;
  const aligned = alignPieces(calm, line);
  const { shape, rest: restOfShape } = fitShape(aligned);
  const span = calm.reduce((sum, piece) => sum + spanOf(piece), 0);
  const lastPiece = calm.at(-1) ?? [];
  const level = median(calm.flat().map(({ y }) => y));
  const ratio = halfRatio(aligned);
  // Around a straight line, growth that began late leaves a bend, which looks like persistence.
  const pRising = risingP(calm, shape.kind === 'late-line' ? priceOf([restOfShape]) : factor);
  const isLong = line.slope * span >= MATERIAL_SHARE * Math.abs(level);
  const pLine = options.isCalm && isLong && (ratio ?? 0) >= STRAIGHT_HALF_RATIO ? lineP(aligned) : 1;
  return {
    points,
    span,
    level,
    latest: line.slope * (lastPiece.at(-1)?.x ?? 0) + (line.intercepts.at(-1) ?? 0),
    slope: line.slope,
    low: line.low,
    high: line.high,
    pRising: Math.min(pRising, pLine),
    shape,
    period,
    halfRatio: ratio,
    rSquared: leastSquares(aligned).rSquared,
    noise: robustDeviation(rest.flat()),
    smallestSlope: smallestSlope(line, TESTS * series),
  };
}

function priceOf(detrended: readonly (readonly number[])[]): number {
  return detrended.flat().length < LEAST_FOR_PERSISTENCE ? 1 : varianceFactor(detrended);
}

/** The better of two tests, paid for by doubling: each sees growth that the other does not. */
function risingP(pieces: Pieces, factor: number): number {
  const values = pieces.map((points) => points.map(({ y }) => y));
  return Math.min(1, TESTS * Math.min(mannKendall(values, factor).pRising, driftTest(values)));
}

/** Of so few points that their order proves nothing. */
const FEW_POINTS = 12;
/** What a line of few points must gain, as a share of the level, and how straight and sure it must be. */
const MATERIAL_SHARE = 0.1;
const STRAIGHT_HALF_RATIO = 0.5;
const STRAIGHT = 0.95;
const [SURE_LINE, SURE_ORDER] = [0.001, 0.01] as const;

/** Of few points with next to no noise, whether they lie on a rising line: both tests must say so. 1 if they do not. */
function lineP(points: readonly Point[]): number {
  if (points.length >= FEW_POINTS || leastSquares(points).rSquared < STRAIGHT) return 1;
  const { pLine, pOrder } = testLine(points);
  const order = points.length > MOST_TO_PERMUTE ? mannKendall([points.map(({ y }) => y)]).pRising : pOrder;
  return pLine <= SURE_LINE && order <= SURE_ORDER ? TESTS * pLine : 1;
}

/** One series of all pieces: time between them is left out, and each piece starts where the line of the one before ended. */
function alignPieces(pieces: Pieces, line: TheilSen): readonly Point[] {
  if (pieces.length === 1) return pieces[0] ?? [];
  let passed = 0;
  return pieces.flatMap((points, piece) => {
    const start = points[0]?.x ?? 0;
    const base = line.slope * start + (line.intercepts[piece] ?? 0);
    const level = line.intercepts[0] ?? 0;
    const offset = passed;
    passed += spanOf(points);
    return points.map(({ x, y }) => ({ x: offset + x - start, y: level + line.slope * offset + y - base }));
  });
}
