import type { MetricName } from '../model/metric-catalogue.ts';
import type { Sample } from '../model/sample.ts';
import type { Threshold } from '../model/threshold.ts';
import { quantile } from '../stats/order-statistics.ts';
import type { NamedGate } from './gates.ts';
import { measureRequests, type RequestMeasure, type RequestMeasures } from './request-measures.ts';
import type { RunView } from './run-view.ts';

/** How a limit on a resource is measured: the worst of what counts, over the whole run. */
const RESOURCES: Readonly<Record<string, (view: RunView) => number | null>> = {
  cpu: (view) => mean(loadedValues(view, 'process.cpu')),
  rss: (view) => highest(allValues(view, 'process.rss')),
  heap: (view) => highest(allValues(view, 'heap.used')),
  fds: (view) => highest(allValues(view, 'process.fds')),
  threads: (view) => highest(allValues(view, 'process.threads')),
  'loop.p99': (view) => percentile(loadedValues(view, 'loop.delay.p99'), 0.99),
  // What the server counts; else what the pools of the service hold.
  'db.connections': (view) => highest(allValues(view, 'db.connections')) ?? highest(allValues(view, 'pool.total')),
  disk: (view) => highestRate(view, ['process.io.read', 'process.io.write']),
};

const MEASURED_AS: Readonly<Record<string, string>> = {
  cpu: 'cpu mean',
  rss: 'rss max',
  heap: 'heap max',
  fds: 'fds max',
  threads: 'threads max',
};

/** Every limit that was asked for, held against what the run measured, in order. */
export function thresholdGates(view: RunView): NamedGate[] {
  const measures = measureRequests(view);
  return view.run.thresholds.map((threshold) => thresholdGate(threshold, measure(view, measures, threshold)));
}

/** The same for load alone: nobody looked at resources, so what is asked of them stays unknown. */
export function requestGates(measures: RequestMeasures, thresholds: readonly Threshold[]): NamedGate[] {
  return thresholds.map((threshold) => {
    const isResource = threshold.subject === 'resources';
    return thresholdGate(threshold, isResource ? null : measureRequest(measures.get(threshold.subject), threshold));
  });
}

function thresholdGate(threshold: Threshold, measured: number | null): NamedGate {
  const isResource = threshold.subject === 'resources';
  const name = isResource
    ? (MEASURED_AS[threshold.metric] ?? threshold.metric)
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

function measure(view: RunView, measures: RequestMeasures, threshold: Threshold): number | null {
  if (threshold.subject === 'resources') return RESOURCES[threshold.metric]?.(view) ?? null;
  return measureRequest(measures.get(threshold.subject), threshold);
}

function measureRequest(measure: RequestMeasure | undefined, threshold: Threshold): number | null {
  const { metric, percentile: wanted, unit } = threshold;
  if (measure === undefined || (measure.count === 0 && metric !== 'dropped')) return null;
  const { count, dropped, lastedMs, latencies } = measure;
  switch (metric) {
    case 'errors':
    case 'dropped':
      return unit === 'percent' ? (100 * measure[metric]) / Math.max(1, count + dropped) : measure[metric];
    case 'rate':
      return lastedMs > 0 ? (1000 * count) / lastedMs : null;
    case 'max':
      return latencies.maxMs;
    default:
      return latencies.atPercentile(wanted ?? 100);
  }
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

function allValues({ run }: RunView, name: MetricName): number[] {
  return run.samples.map(({ values }) => values[name]).filter((value) => value !== undefined);
}

/** Under load and without captures: a CPU limit is about the service, not about idle minutes or our snapshots. */
function loadedValues(view: RunView, name: MetricName): number[] {
  const counts = ({ monoMs }: Sample): boolean =>
    view.loaded.some(({ fromMs, toMs }) => monoMs >= fromMs && monoMs <= toMs) &&
    view.disturbed.every(({ fromMs, toMs }) => monoMs < fromMs || monoMs > toMs);
  return view.run.samples.filter(counts).flatMap(({ values }) => values[name] ?? []);
}

function highestRate({ run }: RunView, names: readonly MetricName[]): number | null {
  const rates = run.samples.flatMap((sample, i) => {
    const before = run.samples[i - 1];
    if (!before || before.segment !== sample.segment) return [];
    const seconds = (sample.monoMs - before.monoMs) / 1000;
    const moved = names.map((name) => (sample.values[name] ?? Number.NaN) - (before.values[name] ?? Number.NaN));
    const sum = moved.reduce((total, part) => total + part, 0);
    return seconds > 0 && Number.isFinite(sum) ? [sum / seconds] : [];
  });
  // One burst of a second is not what a limit on a disk is about.
  return percentile(rates, 0.99);
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
