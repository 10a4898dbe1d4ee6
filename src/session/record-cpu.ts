import { setTimeout as sleep } from 'node:timers/promises';
import { AddonCpuRecorder } from '../capture/addons/addon-cpu-recorder.ts';
import { loadAddon, siteOf } from '../capture/addons/load-addon.ts';
import { COVERAGE_ENDS, collectsCoverage } from '../capture/collects-coverage.ts';
import { CpuRecorder, type CpuWindowRecorder } from '../capture/cpu-recorder.ts';
import { measureRoundTrip } from '../capture/measure-cost.ts';
import { OWN_PROFILER, profilesItself } from '../capture/own-cpu-profiler.ts';
import { PauseGuard } from '../capture/pause-guard.ts';
import type { CallTree } from '../cpu/call-tree.ts';
import { mergeWindows } from '../cpu/merge-windows.ts';
import type { AddonChoice } from '../model/addon.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CpuProfile, PlaceOf } from '../model/profiles.ts';
import type { Microseconds, Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';
import type { InspectorSession } from '../target/session.ts';
import { placesOfScripts } from './places-of-scripts.ts';

export interface RecordCpuOptions {
  readonly durationMs: Milliseconds;
  readonly intervalUs: Microseconds;
  /** Longest pause that starting the profiler may take; null: what is usual at such a place. */
  readonly maxPauseMs: Milliseconds | null;
  /** Unique text for this recording. */
  readonly name: string;
  readonly clock: Clock;
  /** Ends the window early; what was recorded until then is kept. */
  readonly stop: AbortSignal;
  /** An add-on that records instead of the inspector, and its folder where somebody named it; null for the inspector. */
  readonly addon?: AddonChoice | null;
  /** The service is no longer needed: it is released before lines are mapped, which takes long. */
  readonly isLast?: boolean;
  /** Told what is left out, as text. */
  readonly note: (text: string) => void;
}

export interface CpuRecording {
  readonly profile: CpuProfile;
  readonly tree: CallTree;
  readonly placeOf: PlaceOf;
  readonly durationMs: Milliseconds;
  /** How long the target was paused at most when the profiler was started. */
  readonly startPauseMs: Milliseconds;
}

const BY_ADDON = 'Or record with a profiler of its own, on Node 20 to 24: --cpu-backend v8-profiler-next';

/** One CPU window of an attached target. Rejects when the connection is lost: what was recorded is lost with it. */
export async function recordCpu(attachment: Attachment, options: RecordCpuOptions): Promise<CpuRecording> {
  const { durationMs, intervalUs, stop } = options;
  const { session } = attachment;
  const guard = new PauseGuard({ session, pid: attachment.process?.pid ?? null, maxPauseMs: options.maxPauseMs });
  const { verdict } = await guard.judgeCpuStart();
  if (verdict !== 'go') throw refusal(verdict.refused);
  // Neither concerns a profiler of its own, beside the inspector.
  if (!options.addon) await refuseWhatWouldBeLost(session, guard);
  const recorder = await recorderFor(attachment, options);
  const { pauseMs } = await recorder.start({ intervalUs });
  const lost = new AbortController();
  void session.closed.then(() => lost.abort());
  await sleep(durationMs, undefined, { signal: AbortSignal.any([stop, lost.signal]) }).catch(() => {});
  const { profile, startMonoMs, endMonoMs } = await recorder.stop();
  return {
    profile,
    tree: mergeWindows([profile]),
    placeOf: await placesOfScripts(profile, attachment, {
      note: options.note,
      letGo: async () => (options.isLast ? await attachment.detach() : null),
    }),
    durationMs: endMonoMs - startMonoMs,
    startPauseMs: pauseMs,
  };
}

async function recorderFor(
  attachment: Attachment,
  { addon = null, clock, name }: RecordCpuOptions,
): Promise<CpuWindowRecorder> {
  const { session } = attachment;
  const parts = { session, clock, measure: measureRoundTrip(clock), name };
  if (addon === null) return new CpuRecorder(parts);
  const request = { session, site: siteOf(attachment), folder: addon.folder };
  return new AddonCpuRecorder({ ...parts, addon: await loadAddon('v8-profiler-next', request) });
}

/** Throws (exit 3) where the profiler of the inspector would end what the service, or somebody else, measures. */
async function refuseWhatWouldBeLost(session: InspectorSession, guard: PauseGuard): Promise<void> {
  if (await collectsCoverage(session)) {
    throw new ProfilerError(
      'coverage-runs',
      EXIT.attachFailed,
      `CPU not profiled: ${COVERAGE_ENDS}.`,
      `Start the service without NODE_V8_COVERAGE (c8 sets it), and try again. ${BY_ADDON}`,
    );
  }
  if (await profilesItself(session, async () => (await guard.judgeCollection()).verdict === 'go')) {
    throw new ProfilerError(
      'cpu-profiled',
      EXIT.attachFailed,
      `CPU not profiled: ${OWN_PROFILER}.`,
      `Use the profiles that it takes itself, or profile an instance that runs without it. ${BY_ADDON}`,
    );
  }
}

function refusal(reason: string): ProfilerError {
  return new ProfilerError(
    'cpu-refused',
    EXIT.attachFailed,
    `CPU not profiled: ${reason}.`,
    'The pause grows with the code and the heap of the service. Profile an instance with a smaller heap, or raise --max-pause if the service may be paused for that long.',
  );
}
