import { CONDITIONS, type Condition } from './conditions.ts';
import type { Task } from './outcomes.ts';
import { SERIES_CLASSES } from './series-classes.ts';

/** Seeds from here on were not looked at while the method was chosen. */
const FIRST_HELD_OUT_SEED = 1001;

/**
 * Every class under every condition, once a round. What is held out: whole classes, and for the others seeds of their own.
 * Rounds come one after the other, so that what is there after an interruption is an even cut of all.
 */
export function planTasks(part: 'tuning' | 'held-out', rounds: number, conditions: readonly Condition[] = CONDITIONS): Task[] {
  const isHeldOut = part === 'held-out';
  const first = isHeldOut ? FIRST_HELD_OUT_SEED : 1;
  return Array.from({ length: rounds }, (_, round) => first + round).flatMap((seed) =>
    SERIES_CLASSES.filter((one) => isHeldOut || !one.isHeldOut).flatMap((seriesClass) =>
      conditions.map((condition): Task => ({ seriesClass, condition, seed, isHeldOut })),
    ),
  );
}
