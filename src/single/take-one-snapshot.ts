import { collectGarbage } from '../capture/collect-garbage.ts';
import type { SnapshotEstimate, SnapshotFacts } from '../capture/estimate-snapshot.ts';
import { readMemAvailableBytes } from '../capture/proc-files.ts';
import { ProcessSampler } from '../capture/process-sampler.ts';
import { RuntimeProbe } from '../capture/runtime-probe.ts';
import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import { SnapshotRecorder, type TakenSnapshot } from '../capture/snapshot-recorder.ts';
import { refuseWithoutRoom } from '../files/free-space.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';

export interface OneSnapshotOptions {
  readonly path: string;
  readonly maxPauseMs: Milliseconds;
  /** Take it even where the estimate forbids it. */
  readonly force: boolean;
  readonly clock: Clock;
  /** Told before the target stands still. */
  readonly onEstimate: (estimate: SnapshotEstimate) => void;
}

/**
 * One heap snapshot of an attached target. Throws a ProfilerError `snapshot-refused` (exit 3) where the target would
 * stand still for too long or run out of memory, `storage` (exit 6) where the file would not fit on its disk; nothing was done to it then but a collection of garbage.
 */
export async function takeOneSnapshot(attachment: Attachment, options: OneSnapshotOptions): Promise<TakenSnapshot> {
  const probe = await RuntimeProbe.install(attachment.session, { clock: options.clock, httpProbes: false });
  const session = await attachment.connect();
  try {
    const recorder = new SnapshotRecorder({ session, measure: probe.measure, newEpoch: () => '0' });
    const facts = await snapshotFacts(attachment, probe, options);
    let estimate = recorder.estimate(facts);
    if (estimate.verdict !== 'go') {
      // What is garbage counts in the size of the heap, but is no part of a snapshot.
      const { value: heapUsedBytes } = await collectGarbage(session, probe.measure);
      estimate = recorder.estimate({ ...facts, heapUsedBytes });
    }
    if (estimate.verdict !== 'go' && !options.force) throw refusal(estimate.verdict.refused);
    // The service is not paused for a file that cannot be kept.
    refuseWithoutRoom(options.path, snapshotFileBytes(facts.heapUsedBytes, null), 'the snapshot');
    options.onEstimate(estimate);
    await attachment.suspendWatchdog();
    const taken = await recorder.take(options.path, { pauseMs: estimate.pauseMs, keepIds: false });
    // It may have ended meanwhile: what was written is kept.
    if (attachment.session.isOpen) await attachment.resumeWatchdog().catch(() => {});
    return taken;
  } finally {
    session.disconnect();
    if (attachment.session.isOpen) await probe.remove().catch(() => {});
  }
}

async function snapshotFacts(
  { facts, process }: Attachment,
  probe: RuntimeProbe,
  { maxPauseMs, clock }: OneSnapshotOptions,
): Promise<Omit<SnapshotFacts, 'calibration'>> {
  const values: Partial<Record<MetricName, number>> = (await probe.sample()).values;
  const outside = process
    ? await new ProcessSampler({ pid: process.pid, startTicks: process.startTicks, intervalMs: 1000, clock }).sample()
    : null;
  const seen = outside?.alive ? outside.values : {};
  return {
    heapUsedBytes: values['heap.used'] ?? 0,
    nodeMajor: Number(/^v(\d+)/.exec(facts.nodeVersion ?? '')?.[1] ?? 0),
    cgroupLimitBytes: seen['cgroup.memory.limit'] ?? null,
    // The memory of this host says nothing of a target elsewhere.
    memAvailableBytes: process ? readMemAvailableBytes() : null,
    rssBytes: seen['process.rss'] ?? 0,
    maxPauseMs,
  };
}

function refusal(reason: string): ProfilerError {
  return new ProfilerError(
    'snapshot-refused',
    EXIT.attachFailed,
    `No heap snapshot was taken: ${reason}.`,
    'Raise --max-pause if the service may stand still so long, take it elsewhere, or add --force and bear what comes.',
  );
}
