import { scaleCpuInterval, scaleHeapInterval } from '../capture/choose-intervals.ts';
import type { Bytes, Microseconds, Milliseconds } from '../model/units.ts';
import { type PhasePlan, planPhases } from './plan-phases.ts';
import type { SoakOptions } from './soak-options.ts';

export interface SettledRecording {
  readonly plan: PhasePlan;
  readonly cpuWindowMs: Milliseconds;
  readonly cpuIntervalUs: Microseconds;
  readonly heapIntervalBytes: Bytes;
  readonly returnTimeoutMs: Milliseconds;
  /** Between two captures: our own load is paused for them, other traffic is not. A short run cannot wait a whole second. */
  readonly spacingMs: Milliseconds;
  /** One line of requests.ndjson a name: histograms of a night are decoded again when it is analysed. */
  readonly loadIntervalMs: Milliseconds;
}

const SHORTEST_CPU_WINDOW_MS = 10_000;
const LONGEST_CPU_WINDOW_MS = 10 * 60_000;
const LONGEST_LOAD_INTERVAL_MS = 10_000;
const SHORTEST_RETURN_MS = 30_000;
const LONGEST_RETURN_MS = 10 * 60_000;
const SHORTEST_SPACING_MS = 250;
const LONGEST_SPACING_MS = 1000;

/** What follows from the length of the run. */
export function settleRecording(options: SoakOptions): SettledRecording {
  const { durationMs } = options;
  const plan = planPhases(durationMs, options.snapshots, options.load !== null);
  const cpuWindowMs = options.cpuWindowMs ?? clamp(plan.steadyMs / 3, SHORTEST_CPU_WINDOW_MS, LONGEST_CPU_WINDOW_MS);
  return {
    plan,
    cpuWindowMs,
    cpuIntervalUs: options.cpuIntervalUs ?? scaleCpuInterval(durationMs, cpuWindowMs),
    heapIntervalBytes: scaleHeapInterval(durationMs),
    loadIntervalMs: clamp(Math.round(durationMs / 3600), 1000, LONGEST_LOAD_INTERVAL_MS),
    spacingMs: options.load === null ? clamp(durationMs / 60, SHORTEST_SPACING_MS, LONGEST_SPACING_MS) : 0,
    returnTimeoutMs: clamp(durationMs / 10, SHORTEST_RETURN_MS, LONGEST_RETURN_MS),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
