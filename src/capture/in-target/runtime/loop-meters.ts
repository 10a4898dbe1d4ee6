import { monoMs } from '../mono-ms.ts';
import type { ProbeReading } from './target-runtime-probe.ts';

type PerfHooks = typeof import('node:perf_hooks');

const RESOLUTION_MS = 20;

/** Delay of the event loop between two readings. */
export class LoopDelay {
  readonly #histogram: ReturnType<PerfHooks['monitorEventLoopDelay']>;
  #sinceMs: number = monoMs();

  constructor(hooks: PerfHooks) {
    this.#histogram = hooks.monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  read(): NonNullable<ProbeReading['loop']> {
    const histogram = this.#histogram;
    const atMs = monoMs();
    const elapsedMs = atMs - this.#sinceMs;
    this.#sinceMs = atMs;
    // The histogram holds the times between two turns of a 20 ms timer: the delay is what is above that.
    const delayMs = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    const isEmpty = histogram.count === 0;
    const coveredMs = isEmpty ? 0 : (histogram.mean * histogram.count) / 1e6;
    // It does not see a stall that begins before its first turn after a reset, nor one that has not ended yet. Both
    // are time that the turns do not add up to; a turn at either end is missing without any stall.
    const unseenMs = Math.max(0, elapsedMs - coveredMs - 2 * RESOLUTION_MS);
    const reading = {
      p50: isEmpty ? null : delayMs(histogram.percentile(50)),
      p99: isEmpty ? null : delayMs(histogram.percentile(99)),
      max: Math.max(isEmpty ? 0 : delayMs(histogram.max), unseenMs),
    };
    histogram.reset();
    return reading;
  }
}

/** The share of time since the last reading that the event loop was busy. */
export class LoopUtilization {
  readonly #hooks: PerfHooks;
  #last: ReturnType<PerfHooks['performance']['eventLoopUtilization']>;

  constructor(hooks: PerfHooks) {
    this.#hooks = hooks;
    this.#last = hooks.performance.eventLoopUtilization();
  }

  read(): number {
    const { performance } = this.#hooks;
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, this.#last);
    this.#last = current;
    return utilization;
  }
}
