import { isOfTasks } from '../analysis/task-requests.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs, Share } from '../model/units.ts';

/** So many requests in a row do not fail by chance, even where every second one does. */
const LEAST_REQUESTS = 20;
/** A service that was away for more than this share of the load has not been measured. */
export const MOST_AWAY: Share = 0.1;

/** Time in which requests were sent and every one of them failed. Intervals come in order of time, all names of a moment together. */
export class Outages {
  #fromMs: MonoMs | null = null;
  #toMs: MonoMs = 0;
  #awayMs: Milliseconds = 0;
  #streak: { readonly fromMs: MonoMs; toMs: MonoMs; requests: number } | null = null;

  add(intervals: readonly RequestInterval[]): void {
    const own = intervals.filter((interval) => isOfTasks(interval) && interval.count > 0);
    const requests = own.reduce((sum, { count }) => sum + count, 0);
    if (requests === 0) return;
    const fromMs = Math.min(...own.map(({ startMonoMs }) => startMonoMs));
    const toMs = Math.max(...own.map(({ endMonoMs }) => endMonoMs));
    this.#fromMs ??= fromMs;
    this.#toMs = toMs;
    if (own.some(({ count, errors }) => count > errors)) {
      this.#awayMs += streakMs(this.#streak);
      this.#streak = null;
      return;
    }
    this.#streak ??= { fromMs, toMs, requests: 0 };
    this.#streak.toMs = toMs;
    this.#streak.requests += requests;
  }

  get awayMs(): Milliseconds {
    return this.#awayMs + streakMs(this.#streak);
  }

  get isTooMuch(): boolean {
    return this.#fromMs !== null && this.awayMs > MOST_AWAY * (this.#toMs - this.#fromMs);
  }
}

function streakMs(
  streak: { readonly fromMs: MonoMs; readonly toMs: MonoMs; readonly requests: number } | null,
): Milliseconds {
  return streak !== null && streak.requests >= LEAST_REQUESTS ? streak.toMs - streak.fromMs : 0;
}
