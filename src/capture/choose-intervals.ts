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

/** A sample costs some 5 us of the target (docs/cost-of-a-soak.md): 0.25 % of a core, and 2.5 % under ten times the load. */
const SAMPLES_PER_SECOND = 500;
/** Of the interval that fits the length of the run. What lives is kept by V8 and read each time: it must not become too many. */
const LEAST_SHARE = 1 / 16;
/** From fewer samples nothing is concluded: a service that rests while it is warmed up may be busy later. */
const LEAST_BURST_SAMPLES = 10;

/**
 * The interval for a service that allocated so much in a while: as short as the cost allows, since a leak of small objects in
 * a service that does little leaves a handful of samples in a minute at the usual interval. Never longer than that.
 */
export function fitHeapInterval(
  usualBytes: Bytes,
  burst: { readonly bytes: Bytes; readonly samples: number; readonly durationMs: Milliseconds },
): Bytes {
  if (burst.samples < LEAST_BURST_SAMPLES || burst.durationMs <= 0) return usualBytes;
  const bytesPerSecond = (1000 * burst.bytes) / burst.durationMs;
  const wanted = KIB * Math.ceil(bytesPerSecond / SAMPLES_PER_SECOND / KIB);
  return Math.min(usualBytes, Math.max(LEAST_SHARE * usualBytes, wanted));
}
