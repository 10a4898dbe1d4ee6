import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { MonoMs } from '../../model/units.ts';
import type { RunView } from '../run-view.ts';
import type { GrowthBehaviour } from './growth-tests.ts';
import { perRequestIn } from './whole-number.ts';

/** What the first snapshot holds already came before it, at the same pace. */
export function firstSeenMs({ whole }: RunView, { counts }: HeapSuspect, behaviour: GrowthBehaviour): number {
  const { loaded, gained, unit } = behaviour;
  const grown = loaded.find(({ amount }) => amount > 0);
  const fromMs = grown?.interval.fromMs ?? whole.fromMs;
  const began = beginning(behaviour);
  if (began !== null) return Math.max(0, began - whole.fromMs);
  const loadedMs = loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const earlierMs = unit === 'objects' && gained > 0 ? ((counts[0] ?? 0) / gained) * loadedMs : 0;
  return Math.max(0, fromMs - earlierMs - whole.fromMs);
}

/**
 * Of one that began in the middle: the interval in which it did held requests at their pace, and so many of them left something
 * that it must have begun so long before the end of it. Null for one that was there from the start.
 */
function beginning({ loaded, whole }: GrowthBehaviour): MonoMs | null {
  const before = whole && loaded[whole.since - 1];
  if (!before) return null;
  const { fromMs, toMs } = before.interval;
  const share = Math.min(1, Math.max(0, perRequestIn(before, whole) / whole.perRequest));
  return toMs - (Number.isNaN(share) ? 0 : share) * (toMs - fromMs);
}
