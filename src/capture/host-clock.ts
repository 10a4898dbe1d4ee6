import type { Clock } from '../model/clock.ts';

/** The host's clocks. `process.hrtime` counts from boot, so the stamps of two processes of one host compare. */
export function createHostClock(): Clock {
  return {
    monoMs: () => Number(process.hrtime.bigint()) / 1e6,
    wallMs: () => Date.now(),
  };
}
