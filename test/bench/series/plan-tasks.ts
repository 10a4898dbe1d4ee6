import { seededRandom } from '../../helpers/series.ts';
import { CONDITIONS, type Condition } from './conditions.ts';
import type { Task } from './outcomes.ts';
import { SERIES_CLASSES } from './series-classes.ts';
import type { Part } from './tables.ts';

/** Seeds from here on were not looked at while the method was chosen. */
const FIRST_HELD_OUT_SEED = 1001;

/**
 * Every class under every condition, once a round. What is held out: whole classes, and for the others seeds of their own.
 * Rounds come one after the other, each in an order of its own, so that what is there after an interruption is an even cut.
 */
export function planTasks(part: Part, rounds: number, conditions: readonly Condition[] = CONDITIONS): Task[] {
  const isHeldOut = part === 'held-out';
  const first = isHeldOut ? FIRST_HELD_OUT_SEED : 1;
  return Array.from({ length: rounds }, (_, round) => first + round).flatMap((seed) =>
    shuffled(
      SERIES_CLASSES.filter((one) => isHeldOut || !one.isHeldOut).flatMap((seriesClass) =>
        conditions.map((condition): Task => ({ seriesClass, condition, seed })),
      ),
      seed,
    ),
  );
}

/** Fisher and Yates, by a seed. */
function shuffled(tasks: readonly Task[], seed: number): Task[] {
  const random = seededRandom(seed);
  const order = [...tasks];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as Task, order[i] as Task];
  }
  return order;
}
