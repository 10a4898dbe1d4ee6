import { type AutoregressiveFit, autoregressiveFit } from './autoregressive-fit.ts';
import { leastSquares } from './least-squares.ts';
import { type Point, spanOf } from './point.ts';

export type Shape =
  | { readonly kind: 'constant' }
  | { readonly kind: 'line' }
  /** Flat until `x`, then a line: growth that began during the run. */
  | { readonly kind: 'late-line'; readonly x: number }
  /** A jump between two levels at `x`. */
  | { readonly kind: 'step'; readonly x: number; readonly from: number; readonly to: number }
  /** Two jumps, at `x`; `from` is the level before both, `to` that after both. */
  | { readonly kind: 'two-steps'; readonly x: readonly [number, number]; readonly from: number; readonly to: number }
  /** Growth that levels off at `plateau`: a cache that fills, warm-up. */
  | { readonly kind: 'saturating'; readonly plateau: number; readonly tau: number }
  /** A line until `x`, then flat at `plateau`: a cache that is full, a leak that stopped. */
  | { readonly kind: 'stopped-line'; readonly plateau: number; readonly x: number };

export interface ShapeFit {
  readonly shape: Shape;
  /** What the shape leaves of each point. */
  readonly rest: readonly number[];
}

/** A shape with its place or time constant fixed is y = a + b g(x): linear in a and b. */
interface Candidate {
  readonly regressor: readonly number[] | null;
  /** Free parameters, the place of a bend and the time constant among them. */
  readonly parameters: number;
  readonly shapeOf: (fit: AutoregressiveFit) => Shape;
}

/** A step or a bend nearer to an end than this share cannot be distinguished from noise at the end. */
const MARGIN = 0.05;
/** Time constants that are tried, as shares of the span: beyond half of it a saturating curve looks like a line. */
const TAU_SHARES: readonly number[] = [0.03, 0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5];
/** Fewer points give no estimate of persistence. */
const LEAST_FOR_PERSISTENCE = 12;

/**
 * Which of seven shapes explains the points best, by the Bayesian information criterion (Schwarz 1978)
 *
 *     BIC = -2 ln(likelihood) + k ln(n)
 *
 * with the likelihood of noise that repeats itself (`autoregressiveFit`), each shape with the persistence that it leaves.
 * The position of a bend, and how fast a curve levels off, is chosen by plain least squares.
 * The shape comes before any test for a trend, since a rank test calls a step and a filling cache "rising" as well.
 */
export function fitShape(points: readonly Point[]): ShapeFit {
  const persists = points.length >= LEAST_FOR_PERSISTENCE;
  const floor = errorFloor(points);
  const candidates = points.length < 4 ? [CONSTANT] : candidatesOf(points);
  let best: { readonly fit: AutoregressiveFit; readonly candidate: Candidate } | null = null;
  let lowest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const fit = autoregressiveFit(points, candidate.regressor, { persists, floor });
    const criterion = fit.deviance + penalty(candidate.parameters + (persists ? 1 : 0), points.length);
    if (criterion < lowest) {
      lowest = criterion;
      best = { fit, candidate };
    }
  }
  if (!best) return { shape: { kind: 'constant' }, rest: points.map(({ y }) => y) };
  const { fit, candidate } = best;
  const rest = points.map(({ y }, i) => y - fit.intercept - fit.coefficient * (candidate.regressor?.[i] ?? 0));
  return { shape: candidate.shapeOf(fit), rest };
}

/**
 * Level, slope or height, and twice for a place that is searched: the best of many places fits noise, too (Zhang and
 * Siegmund 2007).
 */
const WITH_PLACE = 4;
const WITH_TWO_PLACES = 7;

/** k ln(n), with the correction for few points of McQuarrie (1999). */
function penalty(parameters: number, n: number): number {
  return (parameters * Math.log(n) * n) / Math.max(1, n - parameters - 2);
}

const CONSTANT: Candidate = { regressor: null, parameters: 1, shapeOf: () => ({ kind: 'constant' }) };

function candidatesOf(points: readonly Point[]): Candidate[] {
  const first = points[0]?.x ?? 0;
  const span = spanOf(points);
  if (span <= 0) return [CONSTANT];
  const shares = points.map(({ x }) => (x - first) / span);
  const places = innerPlaces(points.length);
  const bends = places.map((place) => shares[place] ?? 0);
  return [
    CONSTANT,
    { regressor: shares, parameters: 2, shapeOf: (): Shape => ({ kind: 'line' }) },
    closest(points, bends, (start) => ({
      regressor: shares.map((share) => Math.max(0, share - start)),
      parameters: WITH_PLACE,
      shapeOf: (): Shape => ({ kind: 'late-line', x: first + start * span }),
    })),
    closest(points, bends, (end) => ({
      regressor: shares.map((share) => Math.min(share, end)),
      parameters: WITH_PLACE,
      shapeOf: ({ intercept, coefficient }): Shape => ({
        kind: 'stopped-line',
        plateau: intercept + coefficient * end,
        x: first + end * span,
      }),
    })),
    closest(points, TAU_SHARES, (tau) => ({
      regressor: shares.map((share) => 1 - Math.exp(-share / tau)),
      parameters: 3,
      shapeOf: ({ intercept, coefficient }): Shape => ({
        kind: 'saturating',
        plateau: intercept + coefficient,
        tau: tau * span,
      }),
    })),
    closest(points, places, (at) => ({
      regressor: points.map((_, i) => (i < at ? 0 : 1)),
      parameters: WITH_PLACE,
      shapeOf: ({ intercept, coefficient }): Shape => ({
        kind: 'step',
        x: points[at]?.x ?? 0,
        from: intercept,
        to: intercept + coefficient,
      }),
    })),
    twoSteps(points, places),
  ].filter((candidate) => candidate !== null);
}

/**
 * Places and the ratio of the heights by least squares, all pairs of places tried; sums of prefixes make each pair cheap.
 */
function twoSteps(points: readonly Point[], places: readonly number[]): Candidate | null {
  const sums = [0];
  for (const { y } of points) sums.push((sums.at(-1) ?? 0) + y);
  const total = (from: number, to: number): number => (sums[to] ?? 0) - (sums[from] ?? 0);
  const explained = (from: number, to: number): number => total(from, to) ** 2 / (to - from);
  const n = points.length;
  let best: readonly [number, number] | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const first of places) {
    for (const second of places) {
      if (second < first + 2) continue;
      const gain = explained(0, first) + explained(first, second) + explained(second, n);
      if (gain > most) [best, most] = [[first, second], gain];
    }
  }
  if (!best) return null;
  const [first, second] = best;
  const [low, middle, high] = [
    total(0, first) / first,
    total(first, second) / (second - first),
    total(second, n) / (n - second),
  ];
  const heights = points.map((_, i) => (i < first ? 0 : i < second ? middle - low : high - low));
  return {
    regressor: heights,
    parameters: WITH_TWO_PLACES,
    shapeOf: ({ intercept, coefficient }) => ({
      kind: 'two-steps',
      x: [points[first]?.x ?? 0, points[second]?.x ?? 0],
      from: intercept,
      to: intercept + coefficient * (high - low),
    }),
  };
}

/** The candidate whose least squares are least. */
function closest(
  points: readonly Point[],
  places: readonly number[],
  candidateAt: (place: number) => Candidate,
): Candidate | null {
  let best: Candidate | null = null;
  let lowest = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const candidate = candidateAt(place);
    const { squaredError } = leastSquares(points.map(({ y }, i) => ({ x: candidate.regressor?.[i] ?? 0, y })));
    if (squaredError < lowest) [best, lowest] = [candidate, squaredError];
  }
  return best;
}

function innerPlaces(count: number): number[] {
  const margin = Math.max(2, Math.ceil(count * MARGIN));
  return Array.from({ length: Math.max(0, count - 2 * margin + 1) }, (_, i) => margin + i);
}

/** Rounding of the values: an exact fit would make the logarithm infinite and beat every simpler shape. */
function errorFloor(points: readonly Point[]): number {
  const largest = points.reduce((most, { y }) => Math.max(most, Math.abs(y)), 0);
  return (largest * 1e-9) ** 2 + Number.MIN_VALUE;
}
