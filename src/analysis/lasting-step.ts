import { type LevelShift, levelShift } from '../stats/level-shift.ts';
import type { Point } from '../stats/point.ts';

export interface StepLimits {
  /** Of the level before. */
  readonly leastShare: number;
  /** In units of y. */
  readonly leastGrowth: number;
}

/** A level that holds for less of the series than this may be a spell that passes. */
const LEAST_SHARE_AFTER = 0.1;
/** Nearly every point after is above every point before. */
const ORDERED = 0.95;

/** A step up (all series are turned so that up is worse) that lasts to the end of the run; null if there is none. */
export function lastingStep(points: readonly Point[], { leastShare, leastGrowth }: StepLimits): LevelShift | null {
  const shift = levelShift(points);
  if (!shift || shift.order < ORDERED) return null;
  if (shift.pointsAfter < LEAST_SHARE_AFTER * points.length) return null;
  const least = Math.max(leastGrowth, leastShare * Math.abs(shift.from));
  if (shift.to - shift.from < least) return null;
  // The last points are still at the new level: a level that came back is no lasting step.
  const middle = (shift.from + shift.to) / 2;
  return points.slice(-2).every(({ y }) => y > middle) ? shift : null;
}
