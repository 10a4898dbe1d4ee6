import type { Clock } from '../model/clock.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { LongPauses } from './long-pauses.ts';
import type { RunLog } from './run-log.ts';
import type { Sampling } from './sampling.ts';
import type { TargetKeeper } from './target-keeper.ts';

/** What every capture of a run needs. */
export interface CaptureOptions {
  readonly keeper: TargetKeeper;
  readonly recorder: RunRecorder;
  readonly disk: DiskGuard;
  readonly log: RunLog;
  readonly clock: Clock;
  readonly sampling: Sampling;
  readonly pauses: LongPauses;
  /** Null: the default for the place where the service runs. */
  readonly maxPauseMs: Milliseconds | null;
  readonly heapIntervalBytes: Bytes;
  /** Take a snapshot even if the estimate forbids it. */
  readonly force: boolean;
  /** The shortest time between two captures that pause the target, so that requests that queued up behind the first are served before the second. */
  readonly spacingMs: Milliseconds;
  readonly durationMs: Milliseconds;
  /** Our own load is paused during captures; the load of others is not. */
  readonly isLoadOurs: boolean;
}

/** The user set the longest pause, or forced the captures: no budget of ours is applied on top. */
export function hasUserDecided({ maxPauseMs, force }: Pick<CaptureOptions, 'maxPauseMs' | 'force'>): boolean {
  return maxPauseMs !== null || force;
}
