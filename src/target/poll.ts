import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../model/units.ts';

/** Asks again and again until `probe` gives something other than null, or until the deadline: then null. */
export async function poll<Value>(
  probe: () => Value | null | Promise<Value | null>,
  deadlineMs: Milliseconds,
  everyMs: Milliseconds = 25,
): Promise<Value | null> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== null) return value;
    if (performance.now() >= endMs) return null;
    await sleep(everyMs);
  }
}
