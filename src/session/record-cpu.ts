import { setTimeout as sleep } from 'node:timers/promises';
import { COVERAGE_ENDS, collectsCoverage } from '../capture/collects-coverage.ts';
import { CpuRecorder } from '../capture/cpu-recorder.ts';
import { measureRoundTrip } from '../capture/measure-cost.ts';
import { OWN_PROFILER, profilesItself } from '../capture/own-cpu-profiler.ts';
import { PauseGuard } from '../capture/pause-guard.ts';
import type { CallTree } from '../cpu/call-tree.ts';
import { mergeWindows } from '../cpu/merge-windows.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CpuProfile, PlaceOf } from '../model/profiles.ts';
import type { Microseconds, Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';
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
  /** Told what is left out, in words. */
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

/** One CPU window of an attached target. Rejects when the connection is lost: what was recorded is lost with it. */
export async function recordCpu(attachment: Attachment, options: RecordCpuOptions): Promise<CpuRecording> {
  const { durationMs, intervalUs, name, clock, stop } = options;
  const { session } = attachment;
  if (await collectsCoverage(session)) {
    throw new ProfilerError(
      'coverage-runs',
      EXIT.attachFailed,
      `CPU not profiled: ${COVERAGE_ENDS}.`,
      'Start the service without NODE_V8_COVERAGE (c8 sets it), and try again.',
    );
  }
  const guard = new PauseGuard({ session, pid: attachment.process?.pid ?? null, maxPauseMs: options.maxPauseMs });
  const { verdict } = await guard.judgeCpuStart();
  if (verdict !== 'go') throw refusal(verdict.refused);
  if (await profilesItself(session, async () => (await guard.judgeCollection()).verdict === 'go')) {
    throw new ProfilerError(
      'cpu-profiled',
      EXIT.attachFailed,
      `CPU not profiled: ${OWN_PROFILER}.`,
      'Use the profiles that it takes itself, or profile an instance that runs without it.',
    );
  }
  const recorder = new CpuRecorder({ session, clock, measure: measureRoundTrip(clock), name });
  const { pauseMs } = await recorder.start({ intervalUs });
  const lost = new AbortController();
  void session.closed.then(() => lost.abort());
  await sleep(durationMs, undefined, { signal: AbortSignal.any([stop, lost.signal]) }).catch(() => {});
  const { profile, startMonoMs, endMonoMs } = await recorder.stop();
  return {
    profile,
    tree: mergeWindows([profile]),
    placeOf: await placesOfScripts(profile, attachment, options.note),
    durationMs: endMonoMs - startMonoMs,
    startPauseMs: pauseMs,
  };
}

function refusal(reason: string): ProfilerError {
  return new ProfilerError(
    'cpu-refused',
    EXIT.attachFailed,
    `CPU not profiled: ${reason}.`,
    'The pause grows with the code and the heap of the service. Profile an instance with a smaller heap, or raise --max-pause if the service may be paused for that long.',
  );
}
