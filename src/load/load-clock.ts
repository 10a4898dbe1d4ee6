import type { Milliseconds, MonoMs } from '../model/units.ts';
import { DueQueue } from './due-queue.ts';
import { monotonicMs } from './monotonic.ts';

/** An event loop that did not turn for this long was not busy: the process was stopped, or the machine slept. */
const SUSPENDED_AFTER_MS = 5000;
const HEARTBEAT_MS = 500;
/** After this many due entries the event loop runs. */
const BATCH = 500;

/**
 * The time of the load: milliseconds since its start that stop while the load is paused, or while the whole
 * process was suspended. All that is planned is planned on this clock, so after a pause everything goes on
 * with the time it had left: nothing is caught up in a burst. A generator that is merely too slow stays late,
 * and says so.
 */
export class LoadClock {
  readonly #queue = new DueQueue();
  /** Load time 0 on the monotonic clock; moves forward by every pause. */
  #originMs: MonoMs;
  #pausedAtMs: MonoMs | null = null;
  #lastTurnMs: MonoMs;
  #timer: NodeJS.Timeout | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #onSuspended: (gapMs: Milliseconds) => void;

  /** `onSuspended` hears of a gap in the life of this process, in milliseconds. */
  constructor(onSuspended: (gapMs: Milliseconds) => void) {
    this.#onSuspended = onSuspended;
    this.#originMs = monotonicMs();
    this.#lastTurnMs = this.#originMs;
    this.#heartbeat = setInterval(() => this.#noticeSuspension(), HEARTBEAT_MS);
  }

  get nowMs(): Milliseconds {
    return (this.#pausedAtMs ?? monotonicMs()) - this.#originMs;
  }

  get isPaused(): boolean {
    return this.#pausedAtMs !== null;
  }

  /** The monotonic moment of a load time, as long as no pause comes between. */
  toMonoMs(loadMs: Milliseconds): MonoMs {
    return this.#originMs + loadMs;
  }

  /** Calls `run` with `dueMs` at that load time: never early, and never while paused. */
  at(dueMs: Milliseconds, run: (dueMs: Milliseconds) => void): void {
    this.#queue.add(dueMs, run);
    this.#arm();
  }

  /** Goes on at once, or after the pause. */
  soon(run: () => void): void {
    if (this.isPaused) this.at(this.nowMs, run);
    else run();
  }

  pause(): void {
    this.#pausedAtMs ??= monotonicMs();
    this.#disarm();
  }

  resume(): void {
    if (this.#pausedAtMs === null) return;
    this.#originMs += monotonicMs() - this.#pausedAtMs;
    this.#pausedAtMs = null;
    this.#arm();
  }

  close(): void {
    this.pause();
    clearInterval(this.#heartbeat);
  }

  #arm(): void {
    const dueMs = this.#queue.nextDueMs;
    if (this.isPaused || dueMs >= this.#timerDueMs) return;
    this.#disarm();
    this.#timerDueMs = dueMs;
    this.#timer = setTimeout(() => this.#runDue(), Math.max(0, Math.ceil(dueMs - this.nowMs)));
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
  }

  #runDue(): void {
    this.#noticeSuspension();
    // While entries run, #timerDueMs is minus infinity: what they add is armed once, below.
    this.#timer = null;
    this.#timerDueMs = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < BATCH && !this.isPaused && this.#queue.nextDueMs <= this.nowMs; i++) {
      const entry = this.#queue.take();
      entry?.run(entry.dueMs);
    }
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#arm();
  }

  #noticeSuspension(): void {
    const nowMs = monotonicMs();
    const gapMs = nowMs - this.#lastTurnMs;
    this.#lastTurnMs = nowMs;
    if (gapMs < SUSPENDED_AFTER_MS) return;
    if (this.#pausedAtMs === null) this.#originMs += gapMs;
    this.#onSuspended(gapMs);
  }
}
