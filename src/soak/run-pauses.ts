import type { RunEvent } from '../model/run-event.ts';
import { formatDuration, type Milliseconds, type Share } from '../model/units.ts';
import type { NewEvent } from './run-log.ts';

/** How long a run of a few minutes may be paused in total. */
const LEAST_LIMIT_MS = 5_000;
/** Of a long run. */
const SHARE_OF_RUN: Share = 0.002;

/**
 * The pauses of a run, all kinds together: snapshots, class counts, collections, readings, starts. Who names a budget has it
 * kept whatever the load is. Where none is named, one is kept for requests that are not ours: a load of ours is paused for
 * most captures, and waits for the others.
 */
export class RunPauses {
  /** Null if nothing is refused for it. */
  readonly limitMs: Milliseconds | null;
  readonly isAsked: boolean;
  #spentMs = 0;

  constructor(options: {
    /** `--pause-budget`; null: what is usual. */
    readonly askedMs: Milliseconds | null;
    /** `--max-pause`: a long pause is allowed for each snapshot. */
    readonly maxPauseMs: Milliseconds | null;
    readonly snapshots: number;
    readonly durationMs: Milliseconds;
    readonly isLoadOurs: boolean;
  }) {
    const { askedMs, maxPauseMs, snapshots, durationMs, isLoadOurs } = options;
    const usualMs = Math.max(LEAST_LIMIT_MS, SHARE_OF_RUN * durationMs, (maxPauseMs ?? 0) * Math.max(1, snapshots));
    this.limitMs = askedMs ?? (isLoadOurs ? null : usualMs);
    this.isAsked = askedMs !== null;
  }

  get spentMs(): Milliseconds {
    return this.#spentMs;
  }

  /** The measured cost of a reported capture, not the estimate. */
  note(event: NewEvent | RunEvent): void {
    if (event.type === 'capture' && event.error === null) this.#spentMs += event.cost.pauseMs;
  }

  /** Why a pause of this length may not be; `reserveMs`: what must be left after it. Null if it may be. */
  refuse(pauseMs: Milliseconds, reserveMs: Milliseconds): string | null {
    if (this.limitMs === null || pauseMs + reserveMs <= this.limitMs - this.#spentMs) return null;
    const one = `it would pause the service for about ${formatDuration(pauseMs)}`;
    const more = reserveMs > 0 ? `, and the last heap snapshot for ${formatDuration(reserveMs)}` : '';
    return `${one}${more}; so far all captures paused it for ${formatDuration(this.#spentMs)} of the ${formatDuration(this.limitMs)} that they may (--pause-budget)`;
  }

  /** For the record of the run. */
  summary(): string {
    const limit = this.limitMs === null ? '' : ` of the ${formatDuration(this.limitMs)} that they may`;
    return `all captures together paused the service for ${formatDuration(this.#spentMs)}${limit}`;
  }
}
