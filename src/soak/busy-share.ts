import type { Sample } from '../model/sample.ts';
import type { Share } from '../model/units.ts';

/**
 * Share of the time in which the event loop was busy lately; null where it is not known. Node's own figure is near 1 for an
 * idle process while V8's CPU profiler runs, so it is believed no further than the CPU time of the process goes.
 */
export function busyShareOf(sample: Sample | null): Share | null {
  const cpuPercent = sample?.values['process.cpu'];
  const utilization = sample?.values['loop.utilization'];
  const known = [cpuPercent === undefined ? undefined : cpuPercent / 100, utilization].filter(
    (one) => one !== undefined,
  );
  return known.length === 0 ? null : Math.min(...known);
}
