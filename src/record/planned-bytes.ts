import type { Bytes, Microseconds, Milliseconds } from '../model/units.ts';

/** What a run will take of its disk, by its plan. */
export interface PlannedBytes {
  /** Journals and run.json: without these there is no run. */
  readonly journals: Bytes;
  /** CPU windows and profiles of allocations. */
  readonly profiles: Bytes;
}

/** Measured on the reference service, and rounded up: a sample with all its metrics, and a request name in an interval. */
const BYTES_A_SAMPLE = 1300;
const BYTES_AN_INTERVAL = 3000;
/** run.json names every script that a profile names; it is written to a temporary file next to it before it is replaced. */
const FIXED_BYTES = 1024 * 1024;
/** A CPU sample is two numbers as text; the tree of a service has some thousand nodes. */
const BYTES_A_CPU_SAMPLE = 14;
const BYTES_A_PROFILE = 512 * 1024;

export function plannedBytes({
  durationMs,
  sampleMs,
  cpuWindowMs,
  cpuIntervalUs,
  loadIntervalMs,
}: {
  readonly durationMs: Milliseconds;
  readonly sampleMs: Milliseconds;
  readonly cpuWindowMs: Milliseconds;
  readonly cpuIntervalUs: Microseconds;
  /** Null if no load is driven. */
  readonly loadIntervalMs: Milliseconds | null;
}): PlannedBytes {
  const windows = Math.ceil(durationMs / Math.max(1, cpuWindowMs)) + 2;
  const cpuSamples = (durationMs * 1000) / Math.max(1, cpuIntervalUs);
  return {
    journals:
      FIXED_BYTES +
      (durationMs / sampleMs) * BYTES_A_SAMPLE +
      (loadIntervalMs === null ? 0 : (durationMs / loadIntervalMs) * BYTES_AN_INTERVAL),
    profiles: windows * BYTES_A_PROFILE + cpuSamples * BYTES_A_CPU_SAMPLE,
  };
}
