import { type MetricName, RESOURCE_LIMITS } from '../model/metric-catalogue.ts';
import type { MetricLimit } from '../model/metric-info.ts';
import type { Sample } from '../model/sample.ts';
import type { Threshold } from '../model/threshold.ts';
import { perSecond, risesOf } from '../stats/counters.ts';
import { quantile } from '../stats/order-statistics.ts';
import type { NamedGate } from './gates.ts';
import { failuresOf, measureRequests, type RequestMeasure, type RequestMeasures } from './request-measures.ts';
import type { RunView } from './run-view.ts';

interface JudgedSamples {
  readonly all: readonly Sample[];
  /** Under load and without captures. */
  readonly loaded: readonly Sample[];
}

/** As the metric catalogue says; null for what is no resource, or was not measured. */
function measureResource(name: string, samples: JudgedSamples): number | null {
  const limit = RESOURCE_LIMITS.get(name);
  if (!limit) return null;
  const { measure, join, metrics } = limit;
  if (join === 'sum') return highestRate(samples.all, metrics);
  const each = metrics.map((metric) => MEASURES[measure](samples, metric)).filter((value) => value !== null);
  return join === 'larger' ? highest(each) : (each[0] ?? null);
}

const MEASURES: Readonly<
  Record<MetricLimit['measure'], (samples: JudgedSamples, metric: MetricName) => number | null>
> = {
  mean: ({ loaded }, metric) => mean(valuesOf(loaded, metric)),
  p99: ({ loaded }, metric) => percentile(valuesOf(loaded, metric), 0.99),
  max: ({ all }, metric) => highest(valuesOf(all, metric)),
  rate: ({ all }, metric) => highestRate(all, [metric]),
};

/** A percentile of fewer answers says little: it is known only where it breaks the limit. */
const LEAST_ANSWERS = 25;

/** Every limit that was asked for, compared with what the run measured, in order. */
export function thresholdGates(view: RunView): NamedGate[] {
  const samples = { all: view.run.samples, loaded: loadedSamples(view) };
  return gatesOf(view.run.thresholds, measureRequests(view), samples, LEAST_ANSWERS);
}

/**
 * The same for load alone, which is as short as whoever starts it wants it; without samples of the target what is asked of
 * its resources stays unknown.
 */
export function requestGates(
  measures: RequestMeasures,
  thresholds: readonly Threshold[],
  samples: readonly Sample[] = [],
): NamedGate[] {
  return gatesOf(thresholds, measures, { all: samples, loaded: samples }, 0);
}

function gatesOf(
  thresholds: readonly Threshold[],
  measures: RequestMeasures,
  samples: JudgedSamples,
  leastAnswers: number,
): NamedGate[] {
  return thresholds.map((threshold) =>
    thresholdGate(
      threshold,
      threshold.subject === 'resources'
        ? measureResource(threshold.metric, samples)
        : measureRequest(measures.get(threshold.subject), threshold, leastAnswers),
    ),
  );
}

function thresholdGate(threshold: Threshold, measured: number | null): NamedGate {
  const isResource = threshold.subject === 'resources';
  const name = isResource
    ? (RESOURCE_LIMITS.get(threshold.metric)?.gate ?? threshold.metric)
    : `${threshold.subject === '*' ? 'all requests' : threshold.subject} ${threshold.metric}`;
  return {
    name,
    limit: threshold.text.slice(threshold.text.search(/[<>]/)),
    measured,
    unit: threshold.unit,
    status: measured === null ? 'unknown' : holds(threshold, measured) ? 'pass' : 'fail',
    group: 'slo',
    isUnmeasured: measured === null && isResource,
  };
}

function measureRequest(
  measure: RequestMeasure | undefined,
  threshold: Threshold,
  leastAnswers: number,
): number | null {
  const { metric, percentile: wanted, unit } = threshold;
  if (measure === undefined) return null;
  const { count, errors, dropped, aborted, lastedMs, withFailed } = measure;
  // Requests without a response have a latency, though none was completed.
  if (count === 0 && metric !== 'dropped' && withFailed.count === 0) return null;
  switch (metric) {
    case 'errors':
      return failuresOf(measure)?.[unit === 'percent' ? 'percent' : 'count'] ?? null;
    case 'dropped':
      return unit === 'percent' ? (100 * dropped) / Math.max(1, count + dropped + aborted) : dropped;
    case 'rate':
      // A refused connection takes no time: throughput is what was answered as expected.
      return lastedMs > 0 ? (1000 * (count - errors)) / lastedMs : null;
    case 'max':
      return withFailed.maxMs;
    default: {
      const measured = latencyWithMissing(measure, threshold, wanted ?? 100);
      const isEnough = withFailed.count >= leastAnswers;
      return isEnough || measured === null || !holds(threshold, measured) ? measured : null;
    }
  }
}

/**
 * Arrivals that were not sent count as slower than all others: a percentile that lies among them is known only where the
 * requests that were sent break the limit by themselves. Failed requests can make it worse and never better: it is taken
 * without them and with them, and the slower counts. Of a service that served nothing it is known only where it breaks the
 * limit.
 */
function latencyWithMissing(
  { latencies, withFailed, dropped }: RequestMeasure,
  threshold: Threshold,
  percentile: number,
): number | null {
  const slower = (missing: number): (number | null)[] =>
    [latencies, withFailed].map((one) => one.atPercentile(percentile, missing));
  const measured = slower(dropped);
  if (!measured.includes(null)) return highest(measured.filter((value) => value !== null));
  const ofSent = highest(slower(0).filter((value) => value !== null));
  return ofSent !== null && !holds(threshold, ofSent) ? ofSent : null;
}

function holds({ operator, value }: Threshold, measured: number): boolean {
  switch (operator) {
    case '<':
      return measured < value;
    case '<=':
      return measured <= value;
    case '>':
      return measured > value;
    case '>=':
      return measured >= value;
  }
}

function valuesOf(samples: readonly Sample[], name: MetricName): number[] {
  return samples.flatMap(({ values }) => values[name] ?? []);
}

function loadedSamples(view: RunView): Sample[] {
  const counts = ({ monoMs }: Sample): boolean =>
    view.loaded.some(({ fromMs, toMs }) => monoMs >= fromMs && monoMs <= toMs) &&
    view.disturbed.every(({ fromMs, toMs }) => monoMs < fromMs || monoMs > toMs);
  return view.run.samples.filter(counts);
}

function highestRate(samples: readonly Sample[], names: readonly MetricName[]): number | null {
  // One burst of a second is not what a limit on a disk is about.
  return percentile(risesOf(samples, ...names).map(perSecond), 0.99);
}

function highest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value));
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percentile(values: readonly number[], share: number): number | null {
  return values.length === 0 ? null : quantile(values, share);
}
