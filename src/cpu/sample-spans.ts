import type { CpuProfile } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';

/** Samples in order of time: sample i saw node `nodeIds[i]` and stands for `[startsUs[i], endsUs[i])`. */
export interface SampleSpans {
  readonly nodeIds: ArrayLike<number>;
  readonly startsUs: ArrayLike<Microseconds>;
  readonly endsUs: ArrayLike<Microseconds>;
  /** When the next sample came, or the profile ended; after `endsUs` where nobody knows what ran in between. */
  readonly nextsUs: ArrayLike<Microseconds>;
  /** From one sample to the next, usually: the median. */
  readonly intervalUs: Microseconds;
}

/** Longest time that one sample may stand for, in usual intervals, and at least. */
const MAX_INTERVALS = 20;
const MIN_CAP_US = 250_000;

/**
 * When each sample was taken and how long it stands for.
 *
 *     startTime   t0 = startTime + d0    t1 = t0 + d1     t2       endTime
 *        |-----------|---- sample 0 -------|-- sample 1 --|- s 2 ----|
 *
 * The first delta counts from startTime, and a sample lasts until the next one, as in DevTools. V8 may write samples
 * out of order (negative deltas); like DevTools we sort them by time instead of letting time run backwards.
 * A process that was stopped (SIGSTOP, CPU quota) leaves a hole in which nothing was sampled: a sample stands for no
 * more than 20 usual intervals or a quarter of a second, else whatever ran last would look hot.
 */
export function sampleSpans(profile: CpuProfile): SampleSpans {
  const { length } = profile.timeDeltas;
  const times = new Float64Array(length);
  let clock = profile.startTime;
  let inOrder = true;
  for (let i = 0; i < length; i += 1) {
    const delta = profile.timeDeltas[i] ?? 0;
    clock += delta;
    times[i] = clock;
    inOrder &&= delta >= 0;
  }
  const order = inOrder ? null : inOrderOfTime(times);
  const startsUs = order ? times.map((_, i) => times[order[i] ?? 0] ?? 0) : times;
  const intervalUs = usualInterval(startsUs);
  const capUs = Math.max(MIN_CAP_US, intervalUs * MAX_INTERVALS);
  const nodeIds = new Float64Array(length);
  const nextsUs = new Float64Array(length);
  const endsUs = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    const start = startsUs[i] ?? 0;
    const next = i + 1 < length ? (startsUs[i + 1] ?? 0) : Math.max(profile.endTime, start);
    nodeIds[i] = profile.samples[order ? (order[i] ?? 0) : i] ?? 0;
    nextsUs[i] = next;
    endsUs[i] = Math.min(next, start + capUs);
  }
  return { nodeIds, startsUs, endsUs, nextsUs, intervalUs };
}

function inOrderOfTime(times: Float64Array): Uint32Array {
  return Uint32Array.from(times, (_, index) => index).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
}

/** From one sample to the next, usually: the median. */
export function usualInterval(startsUs: ArrayLike<Microseconds>): Microseconds {
  const steps = new Float64Array(Math.max(0, startsUs.length - 1));
  for (let i = 0; i < steps.length; i += 1) steps[i] = (startsUs[i + 1] ?? 0) - (startsUs[i] ?? 0);
  return steps.sort()[Math.floor(steps.length / 2)] ?? 0;
}
