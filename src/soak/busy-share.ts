import type { Sample } from '../model/sample.ts';
import type { MonoMs, Share } from '../model/units.ts';
import { median } from '../stats/order-statistics.ts';

/** A capture of our own. */
export interface OwnWork {
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
}

/** So many samples say how busy the service is; one alone may hold a burst, or a pause of the load. */
const ENOUGH_SAMPLES = 5;

/**
 * Share of the time in which the event loop was busy lately; null if unknown. Samples that hold a capture of our own say how
 * busy that kept it: they count only where there are no others, and then the one with the least of it.
 */
export function recentBusyShare(samples: readonly Sample[], ownWork: readonly OwnWork[]): Share | null {
  const shares = samples.flatMap((sample, i) => {
    const share = busyShareOf(sample);
    const before = samples[i - 1];
    if (share === null) return [];
    // What was asked for at that moment may have been read as late as it was answered.
    const readMonoMs = sample.monoMs + (sample.values['tool.sample-cost'] ?? 0);
    const isOurs =
      before !== undefined &&
      ownWork.some(({ startMonoMs, endMonoMs }) => startMonoMs < readMonoMs && endMonoMs > before.monoMs);
    return [{ share, isOurs }];
  });
  const undisturbed = shares.filter(({ isOurs }) => !isOurs).slice(-ENOUGH_SAMPLES);
  if (undisturbed.length > 0) return median(undisturbed.map(({ share }) => share));
  return shares.length === 0 ? null : Math.min(...shares.map(({ share }) => share));
}

/**
 * By one sample. Node's own figure is near 1 for an idle process while V8's CPU profiler runs, so it is believed no further
 * than the CPU time of the process goes.
 */
function busyShareOf(sample: Sample): Share | null {
  const cpuPercent = sample.values['process.cpu'];
  const utilization = sample.values['loop.utilization'];
  const known = [cpuPercent === undefined ? undefined : cpuPercent / 100, utilization].filter(
    (one) => one !== undefined,
  );
  return known.length === 0 ? null : Math.min(...known);
}
