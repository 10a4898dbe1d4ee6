import type { Bytes, Microseconds, Milliseconds } from '../model/units.ts';

/** A window should hold a few thousand samples; more only cost (10 to 130 us of the target's CPU each). */
const SAMPLES_PER_WINDOW = 3000;
const SHORTEST_CPU_INTERVAL_US = 5_000;
const LONGEST_CPU_INTERVAL_US = 20_000;
/** From half an hour on a run has windows enough to add up: the gentlest interval. */
const LONG_RUN_MS = 30 * 60_000;

/** CPU sampling interval: 20 ms in long runs; in short ones so that a window holds some 3000 samples, at least 5 ms. */
export function scaleCpuInterval(durationMs: Milliseconds, windowMs: Milliseconds): Microseconds {
  if (durationMs >= LONG_RUN_MS) return LONGEST_CPU_INTERVAL_US;
  const wantedUs = Math.round((Math.min(windowMs, durationMs) * 1000) / SAMPLES_PER_WINDOW);
  return Math.min(LONGEST_CPU_INTERVAL_US, Math.max(SHORTEST_CPU_INTERVAL_US, wantedUs));
}

const KIB = 1024;
/** Run length and mean bytes between two allocation samples; between the rows the interval grows with the run. */
const HEAP_STEPS: readonly (readonly [Milliseconds, Bytes])[] = [
  [2 * 60_000, 32 * KIB],
  [10 * 60_000, 64 * KIB],
  [60 * 60_000, 256 * KIB],
  [3 * 3_600_000, 512 * KIB],
  [9 * 3_600_000, 1024 * KIB],
];
const LONGEST_HEAP_INTERVAL = 2048 * KIB;

/**
 * Mean bytes between two samples of the sampling heap profiler. A leak of B bytes leaves about B / interval samples:
 * 8 MB of growth gave 5 samples at 2 MiB and 217 at 32 KiB. Short runs grow little, so they sample densely.
 */
export function scaleHeapInterval(durationMs: Milliseconds): Bytes {
  return HEAP_STEPS.find(([upToMs]) => durationMs <= upToMs)?.[1] ?? LONGEST_HEAP_INTERVAL;
}
