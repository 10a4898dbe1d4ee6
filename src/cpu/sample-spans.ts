import type { CpuProfile } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';

/** Samples in order of time: sample i saw node `nodeIds[i]` and stands for `[startsUs[i], endsUs[i])`. */
interface SampleSpans {
  readonly nodeIds: readonly number[];
  readonly startsUs: readonly Microseconds[];
  readonly endsUs: readonly Microseconds[];
  /** When the next sample came, or the profile ended; after `endsUs` where nobody knows what ran in between. */
  readonly nextsUs: readonly Microseconds[];
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
  const times: number[] = [];
  let clock = profile.startTime;
  let inOrder = true;
  for (const delta of profile.timeDeltas) {
    clock += delta;
    times.push(clock);
    inOrder &&= delta >= 0;
  }
  const order = times.map((_, index) => index);
  if (!inOrder) order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));

  const startsUs = order.map((index) => times[index] ?? 0);
  const nextsUs = order.map((_, index) => startsUs[index + 1] ?? Math.max(profile.endTime, startsUs[index] ?? 0));
  const capUs = longestSpan(startsUs);
  return {
    nodeIds: order.map((index) => profile.samples[index] ?? 0),
    startsUs,
    endsUs: nextsUs.map((next, index) => Math.min(next, (startsUs[index] ?? 0) + capUs)),
    nextsUs,
  };
}

function longestSpan(startsUs: readonly number[]): number {
  return Math.max(MIN_CAP_US, usualInterval(startsUs) * MAX_INTERVALS);
}

/** From one sample to the next, usually: the median. */
export function usualInterval(startsUs: readonly Microseconds[]): Microseconds {
  const steps = startsUs.slice(1).map((start, index) => start - (startsUs[index] ?? 0));
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
}
