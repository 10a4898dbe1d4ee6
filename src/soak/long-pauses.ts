import { settlePauseBudget } from '../capture/pause-budget.ts';
import type { PauseEstimate } from '../capture/pause-guard.ts';
import type { CaptureName, RefusedCapture } from '../model/run-event.ts';
import { formatDuration, type Milliseconds, type Share } from '../model/units.ts';
import { PauseSum } from './pause-sum.ts';
import type { RunLog } from './run-log.ts';
import type { RunPauses } from './run-pauses.ts';

/** How its message begins. */
const LEFT_OUT: Readonly<Record<RefusedCapture, string>> = {
  'cpu-start': 'CPU not sampled',
  'heap-profile': 'allocations not read',
  'heap-snapshot': 'no heap snapshot',
  'collect-garbage': 'garbage not collected',
  marking: 'garbage not collected concurrently',
  'call-counts': 'calls not counted',
  'class-counts': 'classes not counted',
  'worker-snapshot': 'no heap snapshot of a worker thread',
};
/** Reading the profile of allocations is a collection, too: one that was too long forbids the other. */
const SAME_WORK: Partial<Record<CaptureName, CaptureName>> = { 'heap-profile': 'collect-garbage' };
/** Optional captures leave most of the budget for captures that find leaks. */
const SHARE_OF_SUM: Partial<Record<CaptureName, Share>> = {
  'cpu-start': 0.15,
  'heap-profile': 0.4,
  'call-counts': 0.1,
  'class-counts': 0.25,
};
/**
 * Of the pauses of all kinds together: the rest is for the main thread, of whose snapshots nobody knows yet how long they
 * take.
 */
const SHARE_OF_WORKERS: Share = 0.5;
const EXPECTED_MARGIN = 1.15;

/**
 * Which pauses of a run may be. Refused are those whose estimate is longer than is allowed, and those that took longer once,
 * whatever was estimated: they are not repeated, in no later life of the service and on no later connection.
 */
export class LongPauses {
  readonly #maxPauseMs: Milliseconds | null;
  readonly #force: boolean;
  readonly #log: RunLog;
  readonly #tooLong = new Map<CaptureName, string>();
  readonly #told = new Set<CaptureName>();
  readonly #sum: PauseSum;
  readonly #all: RunPauses | null;
  /** How long each kind of pause took the last time. */
  readonly #lastMs = new Map<CaptureName, Milliseconds>();
  /** Kept back for the last snapshot, once there is a first. */
  #forLastMs = 0;
  /** Of worker threads, by their snapshots. */
  #workersMs = 0;

  constructor(options: {
    /** Null: what is usual at such a place. */
    readonly maxPauseMs: Milliseconds | null;
    /** Pauses may take as long as they do. */
    readonly force: boolean;
    readonly log: RunLog;
    readonly durationMs?: Milliseconds;
    /** Of all kinds together; absent: not bounded. */
    readonly all?: RunPauses;
  }) {
    this.#maxPauseMs = options.maxPauseMs;
    this.#force = options.force;
    this.#log = options.log;
    this.#sum = new PauseSum(options.durationMs ?? 0);
    this.#all = options.all ?? null;
  }

  /**
   * For how long the capture will pause the service; null if it may not be made, which is written down. `again`: how many
   * more of the like it takes before any of them tells something.
   */
  async settle(capture: RefusedCapture, judge: () => Promise<PauseEstimate>, again = 0): Promise<Milliseconds | null> {
    const tooLong = this.whyNotAgain(capture);
    if (tooLong !== null) {
      this.refuse(capture, tooLong);
      return null;
    }
    const { pauseMs, verdict, isLargeHeap = false } = await judge();
    if (this.#force) return pauseMs;
    const refused =
      verdict === 'go' ? this.refuseSum(this.expect(capture, pauseMs), capture, isLargeHeap, again) : verdict.refused;
    if (refused === null) return pauseMs;
    this.refuse(capture, refused, pauseMs);
    return null;
  }

  /**
   * Why a pause is too much together with those before; null if it may be. What is counted apart for a large heap is not
   * where the user has said how long one may be.
   */
  refuseSum(pauseMs: Milliseconds, capture: CaptureName, isLargeHeap: boolean, again = 0): string | null {
    if (this.#force) return null;
    const ofWorkers = capture === 'worker-snapshot' ? this.#refuseWorker(pauseMs, again) : null;
    const ofAll = ofWorkers ?? this.#all?.refuse(pauseMs, this.#forLastMs) ?? null;
    if (ofAll !== null || !isLargeHeap || this.#maxPauseMs !== null) return ofAll;
    return this.#sum.refuse(pauseMs, SHARE_OF_SUM[capture]);
  }

  /** The estimate of the first is an upper limit: only what one has taken is kept for the second of each. */
  #refuseWorker(pauseMs: Milliseconds, again: number): string | null {
    const mostMs = SHARE_OF_WORKERS * (this.#all?.limitMs ?? Number.POSITIVE_INFINITY);
    const laterMs = this.#lastMs.has('worker-snapshot') ? again * pauseMs : 0;
    if (this.#workersMs + pauseMs + laterMs <= mostMs) return null;
    const later = laterMs > 0 ? `, and the second snapshots to compare with would take ${formatDuration(laterMs)}` : '';
    return `it would pause the thread for about ${formatDuration(pauseMs)}${later}; so far worker threads were paused for ${formatDuration(this.#workersMs)} of the ${formatDuration(mostMs)} that they may, half of the budget (--pause-budget)`;
  }

  /**
   * The same for a snapshot. The estimate of the first is an upper limit: it is held against a budget that was asked for,
   * and the others are expected to take as long as the last one. One more must fit for the end: growth is told between two.
   */
  refuseSnapshot(estimatedMs: Milliseconds, isLast: boolean): string | null {
    const isFirst = !this.#lastMs.has('heap-snapshot');
    if (this.#force || this.#all === null || (isFirst && !this.#all.isAsked)) return null;
    const expectedMs = this.expect('heap-snapshot', estimatedMs);
    return this.#all.refuse(expectedMs, isLast ? 0 : expectedMs);
  }

  /** How long one took, which is what is reserved for the last one. */
  noteSnapshot(pauseMs: Milliseconds, isLast: boolean): void {
    this.#lastMs.set('heap-snapshot', pauseMs);
    this.#forLastMs = isLast ? 0 : this.expect('heap-snapshot', pauseMs);
  }

  /** How long it will probably be: as the last time, and before that as is estimated. */
  expect(capture: CaptureName, estimatedMs: Milliseconds): Milliseconds {
    const lastMs = this.#lastMs.get(SAME_WORK[capture] ?? capture);
    return lastMs === undefined ? estimatedMs : EXPECTED_MARGIN * lastMs;
  }

  /** Where the heap is large: how many pauses of this length the rest of the run has room for. */
  fitting(pauseMs: Milliseconds): number {
    if (this.#maxPauseMs !== null || this.#force) return Number.POSITIVE_INFINITY;
    return Math.floor(this.#sum.leftMs / Math.max(1, pauseMs));
  }

  /** All pauses so far but those for snapshots. */
  get spentMs(): Milliseconds {
    return this.#sum.spentMs;
  }

  /** Null if it may be made. */
  whyNotAgain(capture: CaptureName): string | null {
    return this.#tooLong.get(SAME_WORK[capture] ?? capture) ?? null;
  }

  /** Written to the record each time, but shown to the user once. */
  refuse(capture: RefusedCapture, reason: string, estimatedPauseMs: Milliseconds = 0): void {
    this.#log.event({ type: 'capture-refused', capture, reason, estimatedPauseMs, estimatedBytes: 0 });
    if (!this.#told.has(capture)) this.#log.say(`${LEFT_OUT[capture]}: ${reason}`);
    this.#told.add(capture);
  }

  /** The truth: one that was too long is said at once, and not made again. */
  note(capture: CaptureName, pauseMs: Milliseconds, pid: number | null): void {
    // Of snapshots that sum knows nothing, and the main thread goes on meanwhile.
    if (capture === 'worker-snapshot') this.#workersMs += pauseMs;
    else this.#sum.spend(pauseMs);
    this.#lastMs.set(SAME_WORK[capture] ?? capture, pauseMs);
    const { maxPauseMs } = settlePauseBudget(this.#maxPauseMs, pid);
    if (pauseMs <= maxPauseMs || this.#force) return;
    const reason = `${capture} paused the service for ${formatDuration(pauseMs)}, longer than the allowed ${formatDuration(maxPauseMs)}: it is not repeated`;
    this.#tooLong.set(SAME_WORK[capture] ?? capture, reason);
    this.#told.add(capture);
    this.#log.event({ type: 'note', detail: reason });
    this.#log.say(reason);
  }
}
