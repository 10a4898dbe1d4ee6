import { readResidentBytes } from '../capture/proc-files.ts';
import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import { freeBytes } from '../files/free-space.ts';
import type { Clock } from '../model/clock.ts';
import { formatBytes } from '../model/units.ts';
import type { PlannedBytes } from '../record/planned-bytes.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import { DiskGuard } from './disk-guard.ts';
import type { RunLog } from './run-log.ts';

/** Of what the journals were planned to need: so much stays reserved to the end, which is later where the service restarts. */
const LEAST_SHARE = 0.1;

/** The disk of the run, looked at now and before each capture. What will perhaps not fit is said at once. */
export function watchDisk(
  target: ProcessFacts | null,
  {
    recorder,
    log,
    clock,
    planned,
  }: {
    readonly recorder: RunRecorder;
    readonly log: RunLog;
    readonly clock: Clock;
    readonly planned: PlannedBytes;
  },
): DiskGuard {
  const { plan, clock: begun } = recorder.manifest;
  const free = freeBytes(recorder.dir);
  const heapBytes = target ? (readResidentBytes(target.pid) ?? 0) : 0;
  const needed = planned.journals + planned.profiles + plan.snapshots * snapshotFileBytes(heapBytes, null);
  if (free !== null && free < needed) {
    const detail = `the run may take up to ${formatBytes(needed)}, and its disk has ${formatBytes(free)} left: captures that do not fit will be left out`;
    log.event({ type: 'note', detail });
    log.say(detail);
  }
  return new DiskGuard({
    recorder,
    log,
    freeBytes: () => freeBytes(recorder.dir),
    reservedBytes: () => {
      const passed = (clock.monoMs() - begun.startMonoMs) / plan.durationMs;
      return planned.journals * Math.min(1, Math.max(LEAST_SHARE, 1 - passed));
    },
  });
}
