import type { Milliseconds } from '../model/units.ts';
import type { Trend } from './trend.ts';

/**
 * Growth below this share of the level, over the run, is no growth worth reporting: "does not grow" claims no more than
 * that.
 */
const SPEAKABLE_SHARE = 0.1;
const [LEAST_TIMES, MOST_TIMES] = [1.5, 50] as const;

export interface Bounded {
  /** The upper end of the interval of the slope leaves no growth worth reporting: only then a series may be called flat. */
  readonly isBounded: boolean;
  /** How long a series like this one must be to tell, at least; null if it tells already. */
  readonly tellsAfterMs: Milliseconds | null;
}

/**
 * Is that a series was not seen to grow the same as that it does not grow? Not with few points, of which no test of order
 * reaches 1 %: then the interval of the slope is wide. A slope is known ever better with the length T of a run at the
 * same rate of points, its standard error falls with T^1.5; so the interval is narrow enough, and growth as steep as what
 * was seen is noticed, after T' = T (width / wanted)^(2/3). `least`: growth over the run that is worth reporting.
 */
export function boundedBy(trend: Trend, least: number): Bounded {
  const { slope, high, span, level, smallestSlope } = trend;
  const speakable = Math.max(least, SPEAKABLE_SHARE * Math.abs(level), Number.MIN_VALUE);
  if (high * span < speakable) return { isBounded: true, tellsAfterMs: null };
  const tooWide = ((high - Math.max(0, slope)) * span) / speakable;
  const tooSlight = slope > 0 ? smallestSlope / slope : 0;
  const times = Math.max(tooWide, tooSlight) ** (2 / 3);
  return { isBounded: false, tellsAfterMs: span * Math.min(MOST_TIMES, Math.max(LEAST_TIMES, times)) };
}
