import type { AnswerKinds, RequestSummary } from '../model/report.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { MonoMs } from '../model/units.ts';
import { addKinds, NO_ANSWERS } from './answer-kind.ts';
import { Latencies } from './latencies.ts';

/** One line per request name over the intervals that lie wholly in [fromMs, toMs], in order of first appearance. */
export function summariseRequests(
  intervals: Iterable<RequestInterval>,
  fromMs: MonoMs = Number.NEGATIVE_INFINITY,
  toMs: MonoMs = Number.POSITIVE_INFINITY,
): RequestSummary[] {
  const totals = new RequestTotals();
  for (const interval of intervals) {
    if (interval.startMonoMs >= fromMs && interval.endMonoMs <= toMs) totals.add(interval);
  }
  return totals.summarise();
}

/**
 * Adds up intervals as they come, so that hours of load need no more memory than a minute. Percentiles come from the
 * merged histograms (percentiles themselves cannot be averaged); a rate is completed requests over the time that the
 * intervals of all names cover.
 */
export class RequestTotals {
  readonly #names = new Map<string, NameTotals>();
  #coveredMs = 0;
  #coveredUntilMs: MonoMs = Number.NEGATIVE_INFINITY;

  /** Intervals come in order of time; those of several names share their time. */
  add(interval: RequestInterval): void {
    const { startMonoMs, endMonoMs, name } = interval;
    this.#coveredMs += Math.max(0, endMonoMs - Math.max(startMonoMs, this.#coveredUntilMs));
    this.#coveredUntilMs = Math.max(this.#coveredUntilMs, endMonoMs);
    const totals = this.#names.get(name) ?? {
      count: 0,
      errors: 0,
      dropped: 0,
      aborted: 0,
      late: 0,
      intended: new Latencies(),
      service: new Latencies(),
      answers: NO_ANSWERS,
    };
    totals.count += interval.count;
    totals.errors += interval.errors;
    totals.dropped += interval.dropped;
    totals.aborted += interval.aborted ?? 0;
    totals.late += interval.late;
    totals.intended.add(interval.intended);
    totals.service.add(interval.service);
    if (interval.traits) totals.answers = addKinds(totals.answers, interval.traits);
    this.#names.set(name, totals);
  }

  summarise(): RequestSummary[] {
    const seconds = this.#coveredMs / 1000;
    return [...this.#names].map(([name, { intended, service, answers, ...counts }]) => ({
      name,
      ...counts,
      ratePerSecond: seconds > 0 ? counts.count / seconds : 0,
      p50Ms: intended.atPercentile(50) ?? 0,
      p90Ms: intended.atPercentile(90) ?? 0,
      p95Ms: intended.atPercentile(95) ?? 0,
      p99Ms: intended.atPercentile(99) ?? 0,
      maxMs: intended.maxMs,
      service: { p50Ms: service.atPercentile(50) ?? 0, p99Ms: service.atPercentile(99) ?? 0, maxMs: service.maxMs },
      ...(answers.count > 0 ? { answers } : {}),
    }));
  }
}

interface NameTotals {
  count: number;
  errors: number;
  dropped: number;
  aborted: number;
  late: number;
  readonly intended: Latencies;
  readonly service: Latencies;
  answers: AnswerKinds;
}
