import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';

/** So many requests in a row do not fail by chance, even where every second one does. */
const LEAST_REQUESTS = 20;

/** Time in which requests were sent and every one of them failed. */
export class FailedTime {
  #fromMs: MonoMs | null = null;
  #toMs: MonoMs = 0;
  #failedMs: Milliseconds = 0;
  #streak: { readonly fromMs: MonoMs; toMs: MonoMs; requests: number } | null = null;

  add(intervals: readonly RequestInterval[]): void {
    const own = intervals.filter(({ count }) => count > 0);
    const requests = own.reduce((sum, { count }) => sum + count, 0);
    if (requests === 0) return;
    const fromMs = Math.min(...own.map(({ startMonoMs }) => startMonoMs));
    const toMs = Math.max(...own.map(({ endMonoMs }) => endMonoMs));
    this.#fromMs ??= fromMs;
    this.#toMs = toMs;
    if (own.some(({ count, errors }) => count > errors)) {
      this.#failedMs += streakMs(this.#streak);
      this.#streak = null;
      return;
    }
    this.#streak ??= { fromMs, toMs, requests: 0 };
    this.#streak.toMs = toMs;
    this.#streak.requests += requests;
  }

  get ms(): Milliseconds {
    return this.#failedMs + streakMs(this.#streak);
  }

  /** From the first request that was completed to the last. */
  get wholeMs(): Milliseconds {
    return this.#fromMs === null ? 0 : this.#toMs - this.#fromMs;
  }
}

function streakMs(
  streak: { readonly fromMs: MonoMs; readonly toMs: MonoMs; readonly requests: number } | null,
): Milliseconds {
  return streak !== null && streak.requests >= LEAST_REQUESTS ? streak.toMs - streak.fromMs : 0;
}
