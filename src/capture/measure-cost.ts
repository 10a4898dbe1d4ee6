import type { Clock } from '../model/clock.ts';
import type { CaptureCost } from '../model/run-event.ts';

export interface Measured<Value> {
  readonly value: Value;
  readonly cost: CaptureCost;
}

/** Performs an action on the target and returns its cost to the target. */
export type MeasureCost = <Value>(action: () => Promise<Value>) => Promise<Measured<Value>>;

/** Where no probe is installed: all of the round trip counts as pause, an upper bound. */
export function measureRoundTrip(clock: Clock): MeasureCost {
  return async (action) => {
    const startMonoMs = clock.monoMs();
    const value = await action();
    const endMonoMs = clock.monoMs();
    return { value, cost: { startMonoMs, endMonoMs, pauseMs: endMonoMs - startMonoMs } };
  };
}
