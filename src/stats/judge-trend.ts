import type { Trend } from './trend.ts';

/**
 * `growing`: on and on. `plateau`: it grew and levelled off. `step`: from one level to another. `flat`: none of these,
 * as far as this run could see.
 */
export type TrendVerdict = 'growing' | 'plateau' | 'step' | 'flat';

export interface TrendLimits {
  /** One-sided p-value, corrected for all the series that were tested. */
  readonly p: number;
  readonly alpha?: number;
  /** Growth over the run, as a share of the level, that is worth reporting. */
  readonly leastShare?: number;
  /** The same in units of y. */
  readonly leastGrowth?: number;
}

const ALPHA = 0.01;
const LEAST_SHARE = 0.03;
/** Second half against first: below this, growth is coming to rest. (The second half is then below 0.4 of the whole.) */
const LEAST_HALF_RATIO = 0.25;
/** The same where the shape levels off, too. */
const LEAST_HALF_RATIO_OF_RESTING = 0.8;
/** With few points a rank test needs their order only, so they must also be on a line. */
const FEW_POINTS = 12;
const LEAST_R_SQUARED = 0.7;

/** What a series must gain over the run to be worth reporting, in units of y. */
export function leastGrowthOf({ level }: Pick<Trend, 'level'>, limits: Omit<TrendLimits, 'p'>): number {
  return Math.max((limits.leastShare ?? LEAST_SHARE) * Math.abs(level), limits.leastGrowth ?? 0);
}

/**
 * A series grows when its shape is neither constant, nor made of steps, nor at rest, a rank test at 1 % says that it
 * rises, it rises by more than 3 % of its level, and its second half rises at least a quarter as fast as its first.
 */
export function judgeTrend(trend: Trend, limits: TrendLimits): TrendVerdict {
  const { shape, slope, span, rSquared, points } = trend;
  const growth = slope * span;
  const least = leastGrowthOf(trend, limits);
  if (shape.kind === 'step' || shape.kind === 'two-steps') return shape.to - shape.from >= least ? 'step' : 'flat';
  if (shape.kind === 'constant' || growth < least) return 'flat';
  const ratio = trend.halfRatio ?? 1;
  // The rank test measures persistence around a straight line, and the bend of such a shape would pass for it.
  const isResting = shape.kind === 'saturating' || shape.kind === 'stopped-line';
  if (isResting && ratio < LEAST_HALF_RATIO_OF_RESTING) return 'plateau';
  if (limits.p > (limits.alpha ?? ALPHA)) return 'flat';
  if (ratio < LEAST_HALF_RATIO) return 'plateau';
  return points < FEW_POINTS && rSquared < LEAST_R_SQUARED ? 'flat' : 'growing';
}
