import type { Milliseconds } from '../model/units.ts';
import { Latencies } from '../stats/request-summary.ts';
import type { RunView } from './run-view.ts';
import { overlaps } from './spans.ts';

/** The load under one request name (or all), without what captures of ours disturbed. */
export interface RequestMeasure {
  readonly count: number;
  readonly errors: number;
  readonly dropped: number;
  readonly lastedMs: Milliseconds;
  /** From the intended send time. */
  readonly latencies: Latencies;
}

const ALL_REQUESTS = '*';

/** By request name and, under `*`, all together; decoding the histograms of a night takes seconds, so it is done once. */
export function measureRequests(view: RunView): ReadonlyMap<string, RequestMeasure> {
  const measures = new Map<string, { -readonly [Key in keyof RequestMeasure]: RequestMeasure[Key] }>();
  const reachedMs = new Map<string, number>();
  for (const { name, startMonoMs, endMonoMs, count, errors, dropped, intended } of view.run.requests) {
    if (overlaps(view.disturbed, { fromMs: startMonoMs, toMs: endMonoMs })) continue;
    for (const key of [name, ALL_REQUESTS]) {
      const measure = measures.get(key) ?? { count: 0, errors: 0, dropped: 0, lastedMs: 0, latencies: new Latencies() };
      measure.count += count;
      measure.errors += errors;
      measure.dropped += dropped;
      // Intervals of several names share their time.
      measure.lastedMs += Math.max(0, endMonoMs - Math.max(startMonoMs, reachedMs.get(key) ?? 0));
      reachedMs.set(key, Math.max(endMonoMs, reachedMs.get(key) ?? 0));
      measure.latencies.add(intended);
      measures.set(key, measure);
    }
  }
  return measures;
}
