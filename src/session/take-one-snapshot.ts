import { type HeapdumpBackend, prepareHeapdump } from '../capture/addons/heapdump-snapshot.ts';
import { siteOf } from '../capture/addons/load-addon.ts';
import type { SnapshotEstimate } from '../capture/estimate-snapshot.ts';
import { measureRoundTrip } from '../capture/measure-cost.ts';
import { openPartFile } from '../capture/part-file.ts';
import { RuntimeProbe } from '../capture/runtime-probe.ts';
import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import { SnapshotRecorder, type TakenSnapshot } from '../capture/snapshot-recorder.ts';
import { refuseWithoutRoom } from '../files/free-space.ts';
import type { AddonChoice } from '../model/addon.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';
import { isAgent } from '../target/agent-door.ts';
import type { Attachment } from '../target/attachment.ts';
import { refuseHeldByDebugger } from '../target/held-by-debugger.ts';
import type { InspectorSession } from '../target/session.ts';

export interface OneSnapshotOptions {
  /** Another where this one is taken by then, unless `force` is said: the service was paused for it. */
  readonly path: string;
  /** Null: what is usual at such a place. */
  readonly maxPauseMs: Milliseconds | null;
  /** Take it even where the estimate forbids it, and replace a file that is there. */
  readonly force: boolean;
  readonly clock: Clock;
  /** heapdump takes it instead of the inspector, and its folder where somebody named it; null for the inspector. */
  readonly addon?: AddonChoice | null;
  /** Told before the target is paused. */
  readonly onEstimate: (estimate: SnapshotEstimate) => void;
}

/**
 * One heap snapshot of an attached target. Throws a ProfilerError `snapshot-refused` (exit 3) where the target would
 * be paused for too long or run out of memory, `target-held` (exit 3) where another debugger has stopped it, `storage`
 * (exit 6) where the file would not fit on its disk; nothing was done to it then but to collect garbage and to count what lives.
 */
export async function takeOneSnapshot(attachment: Attachment, options: OneSnapshotOptions): Promise<TakenSnapshot> {
  await refuseHeldByDebugger(attachment);
  // A worker thread has no watchdog of ours that would take a probe away.
  const probe =
    attachment.thread === null
      ? await RuntimeProbe.install(attachment.session, { clock: options.clock, httpProbes: false })
      : null;
  let session: InspectorSession | null = null;
  let heapdump: HeapdumpBackend | null = null;
  try {
    session = await attachment.connect();
    if (options.addon) heapdump = await prepareHeapdump({ session, site: siteOf(attachment), ...options.addon });
    const recorder = new SnapshotRecorder({
      session,
      measure: probe?.measure ?? measureRoundTrip(options.clock),
      newEpoch: () => '0',
      pid: attachment.process?.pid ?? null,
      nodeMajor: Number(/^v(\d+)/.exec(attachment.facts.nodeVersion ?? '')?.[1] ?? 0),
      maxPauseMs: options.maxPauseMs,
      openSink: (path) => openPartFile(path, options.force ? 'replace' : 'beside'),
      backend: heapdump,
      isRelayed: heapdump === null && (isAgent(attachment.inspector) || attachment.thread !== null),
    });
    await attachment.suspendWatchdog();
    const { estimate, heapUsedBytes } = await recorder.judge(options);
    if (estimate.verdict !== 'go' && !options.force) throw refusal(estimate.verdict.refused);
    // The service is not paused for a file that cannot be kept.
    for (const path of [options.path, ...(heapdump ? [heapdump.folder] : [])])
      refuseWithoutRoom(path, snapshotFileBytes(heapUsedBytes, null), 'the snapshot');
    options.onEstimate(estimate);
    const taken = await recorder.take(options.path, { pauseMs: estimate.pauseMs, keepIds: false });
    return taken;
  } finally {
    if (session?.isOpen) await heapdump?.remove().catch(() => {});
    session?.disconnect();
    // It may have ended meanwhile: what was written is kept.
    if (attachment.session.isOpen) {
      await attachment.resumeWatchdog().catch(() => {});
      await probe?.remove().catch(() => {});
    }
  }
}

function refusal(reason: string): ProfilerError {
  return new ProfilerError(
    'snapshot-refused',
    EXIT.attachFailed,
    `No heap snapshot was taken: ${reason}.`,
    [
      'Memory: raise the limit (of the control group; of the process: ulimit -d and -v, LimitDATA= and LimitAS=), or take the snapshot from an instance with more memory or a smaller heap.',
      'Pause: raise --max-pause if the service may be paused for that long. To ignore the estimate: --force.',
    ].join('\n'),
  );
}
