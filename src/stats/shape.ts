import { leastSquares } from './least-squares.ts';
import type { Point } from './point.ts';

export type Shape =
  | { readonly kind: 'constant' }
  | { readonly kind: 'line' }
  /** Flat until `x`, then a line: growth that began during the run. */
  | { readonly kind: 'late-line'; readonly x: number }
  /** A jump between two levels at `x`. */
  | { readonly kind: 'step'; readonly x: number; readonly from: number; readonly to: number }
  /** Growth that comes to rest at `plateau`: a cache that fills, warm-up. */
  | { readonly kind: 'saturating'; readonly plateau: number; readonly tau: number };

/** Where a late line may begin. */
const START_SHARES: readonly number[] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

interface Candidate {
  readonly shape: Shape;
  readonly squaredError: number;
  /** Free parameters, the place of a step and the time constant among them. */
  readonly parameters: number;
}

/** A step nearer to an end than this share cannot be told from noise at the end. */
const STEP_MARGIN = 0.05;
/** Time constants that are tried, as shares of the span: beyond half of it a saturating curve looks like a line. */
const TAU_SHARES: readonly number[] = [0.03, 0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5];

/**
 * Which of five shapes explains the points best, by the Bayesian information criterion
 *
 *     BIC = n ln(squared error / n) + k ln(n)
 *
 * with n divided by `factor`, the price of persistence: neighbours that repeat each other are not new evidence.
 * The shape comes before any test for a trend, since a rank test calls a step and a filling cache "rising" as well.
 */
export function fitShape(points: readonly Point[], factor: number = 1): Shape {
  if (points.length < 4) return { kind: 'constant' };
  const effective = Math.max(4, points.length / factor);
  const floor = errorFloor(points);
  const bic = ({ squaredError, parameters }: Candidate): number =>
    effective * Math.log((squaredError + floor) / points.length) + parameters * Math.log(effective);
  return [constant(points), line(points), bestLateLine(points), bestStep(points), bestSaturation(points)]
    .filter((candidate) => candidate !== null)
    .reduce((best, candidate) => (bic(candidate) < bic(best) ? candidate : best)).shape;
}

/** Rounding of the values: an exact fit would make the logarithm infinite and beat every simpler shape. */
function errorFloor(points: readonly Point[]): number {
  const largest = Math.max(...points.map(({ y }) => Math.abs(y)));
  return points.length * (largest * 1e-9) ** 2 + Number.MIN_VALUE;
}

function constant(points: readonly Point[]): Candidate {
  return { shape: { kind: 'constant' }, squaredError: spread(points), parameters: 1 };
}

function line(points: readonly Point[]): Candidate {
  return { shape: { kind: 'line' }, squaredError: leastSquares(points).squaredError, parameters: 2 };
}

/** y = a + b max(0, x - x0) is linear in a and b once the start is fixed. */
function bestLateLine(points: readonly Point[]): Candidate {
  const first = points[0]?.x ?? 0;
  const span = (points.at(-1)?.x ?? 0) - first;
  const candidates = START_SHARES.map((share): Candidate => {
    const start = first + share * span;
    const fit = leastSquares(points.map(({ x, y }) => ({ x: Math.max(0, x - start), y })));
    return { shape: { kind: 'late-line', x: start }, squaredError: fit.squaredError, parameters: 3 };
  });
  return lowestError(candidates);
}

function bestStep(points: readonly Point[]): Candidate | null {
  const margin = Math.max(2, Math.ceil(points.length * STEP_MARGIN));
  let best: Candidate | null = null;
  for (let at = margin; at <= points.length - margin; at += 1) {
    const [before, after] = [points.slice(0, at), points.slice(at)];
    const squaredError = spread(before) + spread(after);
    if (best !== null && squaredError >= best.squaredError) continue;
    const shape: Shape = { kind: 'step', x: after[0]?.x ?? 0, from: meanY(before), to: meanY(after) };
    best = { shape, squaredError, parameters: 3 };
  }
  return best;
}

/** y = a + b (1 - e^(-t/tau)) is linear in a and b once tau is fixed. */
function bestSaturation(points: readonly Point[]): Candidate | null {
  const start = points[0]?.x ?? 0;
  const span = (points.at(-1)?.x ?? 0) - start;
  if (span <= 0) return null;
  const candidates = TAU_SHARES.map((share): Candidate => {
    const tau = share * span;
    const fit = leastSquares(points.map(({ x, y }) => ({ x: 1 - Math.exp(-(x - start) / tau), y })));
    const shape: Shape = { kind: 'saturating', plateau: fit.intercept + fit.slope, tau };
    return { shape, squaredError: fit.squaredError, parameters: 3 };
  });
  return lowestError(candidates);
}

function lowestError(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, next) => (next.squaredError < best.squaredError ? next : best));
}

function meanY(points: readonly Point[]): number {
  return points.reduce((sum, { y }) => sum + y, 0) / points.length;
}

function spread(points: readonly Point[]): number {
  const centre = meanY(points);
  return points.reduce((sum, { y }) => sum + (y - centre) ** 2, 0);
}
