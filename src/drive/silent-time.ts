import type { LoadTotals } from '../load/load-messages.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';

/** A service that answers in the end may take this long. */
const LEAST_MS = 5000;
/** One that does not is silent from here on. */
const LEAST_IN_VAIN_MS = 2000;
/** What comes so often, and ends with an answer, is how the scenario goes: bursts, or a request that takes long. */
const USUAL_FROM = 3;
/** A silence is beyond those that are usual when it is this many times as long. */
const BEYOND_USUAL = 2;

interface Silence {
  readonly ms: Milliseconds;
  readonly isAnswered: boolean;
}

/**
 * Time in which requests were in flight and none was answered, longer than the service takes by itself. `findSilences`
 * judges the recorded run of a soak by the same idea; here the load is added up as it comes. An error is an answer; our own
 * time limit is none.
 */
export class SilentTime {
  readonly #silences: Silence[] = [];
  #startMs: MonoMs | null = null;
  #atMs: MonoMs = 0;
  /** Since when nothing was answered while requests waited; null if none waits. */
  #sinceMs: MonoMs | null = null;
  /** How long the first response took. This long is usual, however few there are. */
  #firstMs: Milliseconds | null = null;

  add(
    intervals: readonly RequestInterval[],
    { startMonoMs, atMonoMs, inFlight }: Pick<LoadTotals, 'startMonoMs' | 'atMonoMs' | 'inFlight'>,
  ): void {
    this.#startMs ??= startMonoMs;
    const answered = intervals.filter(({ count, errorKinds }) => count > (errorKinds.timeout ?? 0));
    const first = answered[0];
    if (first) {
      this.#end(first.startMonoMs, true);
      this.#firstMs ??= atMonoMs - startMonoMs;
      this.#sinceMs = inFlight > 0 ? atMonoMs : null;
    } else if (inFlight > 0) this.#sinceMs ??= Math.max(this.#atMs, startMonoMs);
    else this.#end(atMonoMs, false);
    this.#atMs = atMonoMs;
  }

  get ms(): Milliseconds {
    const answered = this.#silences.filter(({ isAnswered }) => isAnswered).map(({ ms }) => ms);
    const common = answered.sort((a, b) => b - a)[USUAL_FROM - 1] ?? 0;
    const usualMs = BEYOND_USUAL * Math.max(common, this.#firstMs ?? 0);
    return this.#silences
      .filter(({ ms, isAnswered }) => ms > Math.max(isAnswered ? LEAST_MS : LEAST_IN_VAIN_MS, usualMs))
      .reduce((sum, { ms }) => sum + ms, 0);
  }

  /** Of the load, until now. */
  get wholeMs(): Milliseconds {
    return this.#startMs === null ? 0 : this.#atMs - this.#startMs;
  }

  #end(atMs: MonoMs, isAnswered: boolean): void {
    if (this.#sinceMs !== null && atMs > this.#sinceMs) this.#silences.push({ ms: atMs - this.#sinceMs, isAnswered });
    this.#sinceMs = null;
  }
}
