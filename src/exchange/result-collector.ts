import type { ResultSink, ResultSummary } from '../format/results/load-result.ts';
import type { CrossedLimit } from '../model/run-event.ts';
import type { WallMs } from '../model/units.ts';
import { IntervalBook } from './interval-book.ts';

/** What of the files could not be used. */
export interface Shortfall {
  /** Requests whose record cannot be read, or says what cannot be. */
  readonly unusable: number;
  /** Why an unknown number of further requests is missing. */
  readonly lost: readonly string[];
}

const PROGRESS_EVERY = 1_000_000;
const IMPOSSIBLE = 'a time before 2000 or after 2100, or an impossible duration or count';
const LONGEST_REQUEST_MS = 7 * 24 * 3_600_000;
/** A load of weeks, known as a whole. */
const LONGEST_SUMMARY_MS = 366 * 24 * 3_600_000;
/** No load was driven before or after: it is a clock that was never set, or another unit. */
const FIRST_WALL_MS = Date.UTC(2000, 0);
const LAST_WALL_MS = Date.UTC(2100, 0);
const MOST_REQUESTS = 1e12;
/** Limits that a person wrote. */
const MOST_CROSSED = 100;

/** Readers take the numbers as they are in the file: 1e308 and Infinity are numbers too. */
function isPossible(summary: ResultSummary): boolean {
  const { startWallMs, durationMs, count, errors, errorKinds, dropped = 0, quantiles } = summary;
  return (
    (startWallMs === null || isTime(startWallMs)) &&
    durationMs >= 0 &&
    durationMs <= LONGEST_SUMMARY_MS &&
    isCount(count) &&
    isCount(errors) &&
    isCount(dropped) &&
    Object.values(errorKinds).every(isCount) &&
    quantiles.every(([share, latencyMs]) => share >= 0 && share <= 1 && isDuration(latencyMs))
  );
}

function isTime(wallMs: number): boolean {
  return wallMs >= FIRST_WALL_MS && wallMs <= LAST_WALL_MS;
}

function isDuration(durationMs: number): boolean {
  return durationMs >= 0 && durationMs <= LONGEST_REQUEST_MS;
}

function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 0 && count <= MOST_REQUESTS;
}

/** Puts what the readers report into the book. Undated stretches wait until the file has been read. */
export class ResultCollector implements ResultSink {
  readonly book: IntervalBook = new IntervalBook();
  requests = 0;
  readonly #onProgress: (text: string) => void;
  readonly #notes = new Set<string>();
  readonly #damage = new Map<string, number>();
  readonly #lost = new Set<string>();
  readonly #verdicts = new Set<string>();
  readonly #crossed = new Map<string, CrossedLimit>();
  #undated: ResultSummary[] = [];

  constructor(onProgress: (text: string) => void) {
    this.#onProgress = onProgress;
  }

  request(endWallMs: WallMs, name: string, durationMs: number, error: string | null): void {
    if (!isTime(endWallMs) || !isDuration(durationMs)) {
      this.damage(IMPOSSIBLE);
      return;
    }
    this.book.add(endWallMs, name, durationMs, error);
    this.requests += 1;
    if (this.requests % PROGRESS_EVERY === 0) this.#onProgress(`${this.requests / 1e6} million requests`);
  }

  summary(summary: ResultSummary): void {
    if (summary.count <= 0) return;
    if (!isPossible(summary)) {
      if (isCount(summary.count)) this.damage(IMPOSSIBLE, summary.count);
      else this.lost(IMPOSSIBLE);
      return;
    }
    this.requests += summary.count;
    if (summary.startWallMs === null) this.#undated.push(summary);
    else this.#place(summary, summary.startWallMs);
    this.note('the tool kept percentiles, not requests: between those that it gives, percentiles are guessed');
  }

  dropped(wallMs: WallMs, count: number): void {
    if (isTime(wallMs) && isCount(count)) this.book.drop(wallMs, count);
    else this.damage(IMPOSSIBLE);
  }

  note(text: string): void {
    this.#notes.add(text);
  }

  damage(reason: string, times = 1): void {
    this.#damage.set(reason, (this.#damage.get(reason) ?? 0) + times);
  }

  lost(reason: string): void {
    this.#lost.add(reason);
  }

  verdict(text: string): void {
    this.#verdicts.add(text);
  }

  crossed(limit: CrossedLimit): void {
    if (this.#crossed.size < MOST_CROSSED) this.#crossed.set(`${limit.name} ${limit.limit}`, limit);
  }

  get shortfall(): Shortfall {
    const unusable = [...this.#damage.values()].reduce((sum, times) => sum + times, 0);
    return { unusable, lost: [...this.#lost] };
  }

  get verdicts(): readonly string[] {
    return [...this.#verdicts];
  }

  get crossedLimits(): readonly CrossedLimit[] {
    return [...this.#crossed.values()];
  }

  /** One row with the wrong date would make a run of years. */
  leaveOutStrays(): void {
    const strays = this.book.removeStrays();
    if (strays === 0) return;
    this.requests -= strays;
    this.damage('a request that is months away from the rest of the load', strays);
  }

  /** Of all that the file said without a date: it began at the given time, or ended when the file was written. */
  placeUndated(startWallMs: WallMs | null, endWallMs: WallMs): void {
    const [undated, longestMs] = [this.#undated, Math.max(0, ...this.#undated.map(({ durationMs }) => durationMs))];
    this.#undated = [];
    for (const summary of undated) this.#place(summary, startWallMs ?? endWallMs - longestMs);
    if (undated.length > 0 && startWallMs === null) {
      this.note(
        'the file does not say when the load was: it is assumed to have ended when the file was written (set --start to change that)',
      );
    }
  }

  #place(summary: ResultSummary, startWallMs: WallMs): void {
    this.book.addSummary(summary, startWallMs);
    if (summary.dropped) this.book.drop(startWallMs, summary.dropped);
  }

  notes(): string[] {
    const damage = [...this.#damage].map(([reason, times]) => `${times === 1 ? 'once' : `${times} times`}: ${reason}`);
    return [...this.#notes, ...this.#lost, ...damage];
  }
}
