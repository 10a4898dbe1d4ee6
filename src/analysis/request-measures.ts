import { PROBE_NAME, type RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { Latencies } from '../stats/request-summary.ts';
import type { RunView } from './run-view.ts';
import { overlaps } from './spans.ts';

/** The load under one request name (or all), without what captures of ours disturbed. */
export interface RequestMeasure {
  readonly count: number;
  readonly errors: number;
  readonly dropped: number;
  readonly aborted: number;
  readonly lastedMs: Milliseconds;
  /** From the intended send time. */
  readonly latencies: Latencies;
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

/** Adds up intervals as they come, in order of time: hours of load need no more memory than a minute. */
export class RequestMeasures {
  readonly #measures = new Map<string, { -readonly [Key in keyof RequestMeasure]: RequestMeasure[Key] }>();
  readonly #reachedMs = new Map<string, MonoMs>();

  get(name: string): RequestMeasure | undefined {
    return this.#measures.get(name);
  }

  add({ name, startMonoMs, endMonoMs, count, errors, dropped, aborted = 0, intended }: RequestInterval): void {
    for (const key of name === PROBE_NAME ? [name] : [name, ALL_REQUESTS]) {
      const none = { count: 0, errors: 0, dropped: 0, aborted: 0, lastedMs: 0, latencies: new Latencies() };
      const measure = this.#measures.get(key) ?? none;
      const reachedMs = this.#reachedMs.get(key) ?? 0;
      measure.count += count;
      measure.errors += errors;
      measure.dropped += dropped;
      measure.aborted += aborted;
      // Intervals of several names share their time.
      measure.lastedMs += Math.max(0, endMonoMs - Math.max(startMonoMs, reachedMs));
      this.#reachedMs.set(key, Math.max(endMonoMs, reachedMs));
      measure.latencies.add(intended);
      this.#measures.set(key, measure);
    }
  }
}
