import { PROBE_NAME, type RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { Latencies } from '../stats/latencies.ts';
import type { RunView } from './run-view.ts';
import { overlaps } from './spans.ts';

/** The load under one request name (or all), without what captures of ours disturbed. */
export interface RequestMeasure {
  readonly count: number;
  readonly errors: number;
  readonly dropped: number;
  readonly aborted: number;
  /** Intervals with aborted requests: how many, and the longest that any request of theirs took or waited. */
  readonly waits: readonly { readonly aborted: number; readonly longestMs: Milliseconds }[];
  readonly lastedMs: Milliseconds;
  /** From the intended send time, for requests that were served, or that got no response. */
  readonly latencies: Latencies;
  /** The same, and of answers that were errors. */
  readonly withFailed: Latencies;
}

const ALL_REQUESTS = '*';

/** By request name and, under `*`, all together; decoding the histograms of a night takes seconds, so it is done once. */
export function measureRequests(view: RunView): RequestMeasures {
  const measures = new RequestMeasures();
  for (const interval of view.run.requests) {
    if (!overlaps(view.disturbed, { fromMs: interval.startMonoMs, toMs: interval.endMonoMs })) measures.add(interval);
  }
  return measures;
}

type Counts = Omit<RequestMeasure, 'latencies' | 'withFailed'>;

/** Sums intervals as they come, in order of time, so hours of load need no more memory than a minute. */
export class RequestMeasures {
  readonly #counts = new Map<string, { -readonly [Key in keyof Counts]: Counts[Key] }>();
  readonly #reachedMs = new Map<string, MonoMs>();
  /** By the name of the request: of all together they are added up when they are asked for, so each is decoded once. */
  readonly #served = new Map<string, Latencies>();
  readonly #failed = new Map<string, Latencies>();

  get(name: string): RequestMeasure | undefined {
    const counts = this.#counts.get(name);
    if (!counts) return undefined;
    const isIn = (one: string): boolean => (name === ALL_REQUESTS ? one !== PROBE_NAME : one === name);
    const of = (sums: ReadonlyMap<string, Latencies>): Latencies[] =>
      [...sums].flatMap(([one, latencies]) => (isIn(one) ? [latencies] : []));
    const served = of(this.#served);
    return { ...counts, latencies: merged(served), withFailed: merged([...served, ...of(this.#failed)]) };
  }

  add({
    name,
    startMonoMs,
    endMonoMs,
    count,
    errors,
    dropped,
    aborted = 0,
    intended,
    failed = '',
  }: RequestInterval): void {
    latenciesOf(this.#served, name).add(intended);
    latenciesOf(this.#failed, name).add(failed);
    const waits = aborted > 0 ? [{ aborted, longestMs: longestOf(intended) }] : [];
    for (const key of name === PROBE_NAME ? [name] : [name, ALL_REQUESTS]) {
      const counts = this.#counts.get(key) ?? { count: 0, errors: 0, dropped: 0, aborted: 0, waits: [], lastedMs: 0 };
      const reachedMs = this.#reachedMs.get(key) ?? 0;
      counts.count += count;
      counts.errors += errors;
      counts.dropped += dropped;
      counts.aborted += aborted;
      if (waits.length > 0) counts.waits = [...counts.waits, ...waits];
      // Intervals of several names share their time.
      counts.lastedMs += Math.max(0, endMonoMs - Math.max(startMonoMs, reachedMs));
      this.#reachedMs.set(key, Math.max(endMonoMs, reachedMs));
      this.#counts.set(key, counts);
    }
  }
}

function latenciesOf(sums: Map<string, Latencies>, name: string): Latencies {
  const known = sums.get(name) ?? new Latencies();
  sums.set(name, known);
  return known;
}

function merged(parts: readonly Latencies[]): Latencies {
  const whole = new Latencies();
  for (const part of parts) whole.merge(part);
  return whole;
}

/**
 * An aborted request that waited for more times the slowest answers (but for one in a hundred) than this had no answer to
 * come.
 */
const IN_VAIN = 2;

/**
 * Aborted requests that the service left without an answer. The load gives up what is in flight at each pause, and of a
 * service that takes its time some of that is always on its way: it is no failure.
 */
export function leftUnanswered({ count, aborted, waits, withFailed }: RequestMeasure): number {
  if (aborted === 0) return 0;
  // The aborted are among the slowest; what the others took is below them.
  const usualMs = withFailed.atPercentile((99 * count) / (count + aborted)) ?? 0;
  return waits.reduce((sum, wait) => sum + (wait.longestMs > IN_VAIN * usualMs ? wait.aborted : 0), 0);
}

/**
 * Of what was asked, how much was answered with an error, or left unanswered: by count and in percent. The limit on errors
 * and the baseline both mean this. Null if nothing was answered.
 */
export function failuresOf(measure: RequestMeasure): { readonly count: number; readonly percent: number } | null {
  const { count, dropped, aborted } = measure;
  if (count === 0) return null;
  const failed = measure.errors + leftUnanswered(measure);
  return { count: failed, percent: (100 * failed) / (count + dropped + aborted) };
}

function longestOf(encoded: string): Milliseconds {
  const latencies = new Latencies();
  latencies.add(encoded);
  return latencies.maxMs;
}
