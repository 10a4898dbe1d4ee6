import type { Clock } from '../model/clock.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';

export interface Tick {
  /** Number of the planned moment, from 0; numbers that were dropped are missing. */
  readonly index: number;
  readonly plannedMonoMs: MonoMs;
  readonly startMonoMs: MonoMs;
  /** How late the tick came after its planned moment, never negative. */
  readonly lateMs: Milliseconds;
  /** Planned moments before this one that passed without a tick: the tick before was slow, or we did not run. */
  readonly dropped: number;
  /** Time since the tick before, where it is more than two intervals; else null. */
  readonly gapMs: Milliseconds | null;
  /** How far the wall clock moved against the monotonic one since the tick before, where that is a jump; else null. */
  readonly clockJumpMs: Milliseconds | null;
}

interface TickerOptions {
  readonly intervalMs: Milliseconds;
  readonly clock: Clock;
  /** One at a time. What it throws ends the ticker and rejects `finished`. */
  readonly onTick: (tick: Tick) => void | Promise<void>;
}

export interface Ticker {
  /** Settles once stopped and the running tick is over. */
  readonly finished: Promise<void>;
  /** No further tick; resolves when a running one is over. */
  stop(): Promise<void>;
}

/** Slewing by NTP stays far below (500 ppm: 0.5 ms a second); a suspended host or a set clock is far above. */
const CLOCK_JUMP_MS = 250;
/** setTimeout counts in whole milliseconds and may fire a fraction early. */
const EARLY_MS = 0.5;

/**
 * Ticks at `start + n * interval` of the monotonic clock: the plan is absolute, so lateness never adds up. Moments
 * that pass while a tick runs or while this process does not run are dropped and counted, never caught up in a burst.
 */
export function createTicker({ intervalMs, clock, onTick }: TickerOptions): Ticker {
  const originMonoMs = clock.monoMs();
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  let stopped = false;

  const sleepUntil = (monoMs: MonoMs): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, Math.max(0, Math.ceil(monoMs - clock.monoMs())));
    });

  async function run(): Promise<void> {
    let index = 0;
    let dropped = 0;
    let lastStartMonoMs = originMonoMs;
    let lastSkewMs = clock.wallMs() - originMonoMs;
    while (!stopped) {
      const plannedMonoMs = originMonoMs + index * intervalMs;
      if (clock.monoMs() < plannedMonoMs - EARLY_MS) {
        await sleepUntil(plannedMonoMs);
        continue;
      }
      const startMonoMs = clock.monoMs();
      const latest = Math.floor((startMonoMs - originMonoMs + EARLY_MS) / intervalMs);
      if (latest > index) {
        // Slept over some moments: the newest of them is ours, the others are lost.
        dropped += latest - index;
        index = latest;
      }
      const skewMs = clock.wallMs() - startMonoMs;
      const sinceLastMs = startMonoMs - lastStartMonoMs;
      const jumpMs = skewMs - lastSkewMs;
      const planned = originMonoMs + index * intervalMs;
      await onTick({
        index,
        plannedMonoMs: planned,
        startMonoMs,
        lateMs: Math.max(0, startMonoMs - planned),
        dropped,
        gapMs: sinceLastMs > 2 * intervalMs ? sinceLastMs : null,
        clockJumpMs: Math.abs(jumpMs) >= CLOCK_JUMP_MS ? jumpMs : null,
      });
      lastStartMonoMs = startMonoMs;
      lastSkewMs = skewMs;
      // A tick that ran into later moments drops them: the next one waits for a moment still to come.
      const next = Math.max(index + 1, Math.ceil((clock.monoMs() - originMonoMs) / intervalMs));
      dropped = next - index - 1;
      index = next;
    }
  }

  const finished = run();
  // `finished` reports a failure to its caller; a caller may wait for `stop` only.
  finished.catch(() => {});
  return {
    finished,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      wake?.();
      return finished;
    },
  };
}
