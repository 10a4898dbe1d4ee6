import { settlePauseBudget } from '../capture/pause-budget.ts';
import type { PauseEstimate } from '../capture/pause-guard.ts';
import type { CaptureName, RunEvent } from '../model/run-event.ts';
import { formatDuration, type Milliseconds } from '../model/units.ts';
import type { RunLog } from './run-log.ts';

/** What is refused by its estimate. */
export type GuardedCapture = Extract<RunEvent, { type: 'capture-refused' }>['capture'];

/** How it begins to be told. */
const LEFT_OUT: Readonly<Record<GuardedCapture, string>> = {
  'cpu-start': 'CPU not sampled',
  'heap-profile': 'allocations not read',
  'heap-snapshot': 'no heap snapshot',
  'collect-garbage': 'garbage not collected',
  'call-counts': 'calls not counted',
};
/** Reading the profile of allocations is a collection, too: one that was too long forbids the other. */
const SAME_WORK: Partial<Record<CaptureName, CaptureName>> = { 'heap-profile': 'collect-garbage' };

/**
 * Which pauses of a run may be. Refused are those whose estimate is longer than is allowed, and those that took longer once, whatever
 * was estimated: they are not repeated, in no later life of the service and on no later connection.
 */
export class LongPauses {
  readonly #maxPauseMs: Milliseconds | null;
  readonly #force: boolean;
  readonly #log: RunLog;
  readonly #tooLong = new Map<CaptureName, string>();
  readonly #told = new Set<CaptureName>();

  constructor(options: {
    /** Null: what is usual at such a place. */
    readonly maxPauseMs: Milliseconds | null;
    /** Pauses may take as long as they do. */
    readonly force: boolean;
    readonly log: RunLog;
  }) {
    this.#maxPauseMs = options.maxPauseMs;
    this.#force = options.force;
    this.#log = options.log;
  }

  /** For how long the capture will pause the service; null where it may not be made, which is written down. */
  async settle(capture: GuardedCapture, judge: () => Promise<PauseEstimate>): Promise<Milliseconds | null> {
    const tooLong = this.whyNotAgain(capture);
    if (tooLong !== null) {
      this.refuse(capture, tooLong);
      return null;
    }
    const { pauseMs, verdict } = await judge();
    if (verdict === 'go' || this.#force) return pauseMs;
    this.refuse(capture, verdict.refused, pauseMs);
    return null;
  }

  /** Null where it may be made. */
  whyNotAgain(capture: CaptureName): string | null {
    return this.#tooLong.get(SAME_WORK[capture] ?? capture) ?? null;
  }

  /** Each time in the record, once to whoever watches. */
  refuse(capture: GuardedCapture, reason: string, estimatedPauseMs: Milliseconds = 0): void {
    this.#log.event({ type: 'capture-refused', capture, reason, estimatedPauseMs, estimatedBytes: 0 });
    if (!this.#told.has(capture)) this.#log.say(`${LEFT_OUT[capture]}: ${reason}`);
    this.#told.add(capture);
  }

  /** The truth: one that was too long is said at once, and not made again. */
  note(capture: CaptureName, pauseMs: Milliseconds, pid: number | null): void {
    const { maxPauseMs } = settlePauseBudget(this.#maxPauseMs, pid);
    if (pauseMs <= maxPauseMs || this.#force) return;
    const reason = `${capture} paused the service for ${formatDuration(pauseMs)}, longer than the allowed ${formatDuration(maxPauseMs)}: it is not repeated`;
    this.#tooLong.set(SAME_WORK[capture] ?? capture, reason);
    this.#told.add(capture);
    this.#log.event({ type: 'note', detail: reason });
    this.#log.say(reason);
  }
}
