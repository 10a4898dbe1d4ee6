import type { MetricBaseline, MetricInfo, MetricLimit } from './metric-info.ts';
import { OTHER_METRICS } from './metrics/other-metrics.ts';
import { PROCESS_METRICS } from './metrics/process-metrics.ts';
import { RUNTIME_METRICS } from './metrics/runtime-metrics.ts';

type Rows = typeof PROCESS_METRICS & typeof RUNTIME_METRICS & typeof OTHER_METRICS;

/**
 * Every series that a run records, and nothing else: the schema of `values` in samples.ndjson. What is drawn, whose trend
 * is tested, what may be limited and what is compared with a baseline is read from these rows, and so is `MetricName`.
 * docs/extending.md shows how to add one.
 */
export const METRICS: Readonly<Record<MetricName, MetricInfo>> = {
  ...PROCESS_METRICS,
  ...RUNTIME_METRICS,
  ...OTHER_METRICS,
};

export type MetricName = keyof Rows;

type Having<Part extends object> = { [Name in MetricName]: Rows[Name] extends Part ? Name : never }[MetricName];

/** Metrics of which a report has a chart, whose trend is tested, and those whose series for that is made in its own way. */
export type ChartedMetric = Having<{ readonly chart: number }>;
export type TrendedMetric = Having<{ readonly trend: object }>;
export type MadeTrend = Having<{ readonly trend: { readonly from: 'made' } }>;

export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS) as MetricName[];

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}

/** Metrics that are compared with a baseline. */
export const COMPARED_METRICS: readonly ComparedMetric[] = METRIC_NAMES.flatMap((name) => {
  const { baseline } = METRICS[name];
  return baseline ? [{ name, ...baseline, key: baseline.key ?? name }] : [];
});

export interface ComparedMetric extends MetricBaseline {
  readonly name: MetricName;
  readonly key: string;
}

/** A limit that may be set on `resources`, with the metrics that it is about. */
export interface ResourceLimit extends Required<Pick<MetricLimit, 'unit' | 'measure' | 'gate'>> {
  readonly join: MetricLimit['join'] | null;
  /** A metric that replaces another comes last. */
  readonly metrics: readonly MetricName[];
}

export const RESOURCE_LIMITS: ReadonlyMap<string, ResourceLimit> = resourceLimits();

function resourceLimits(): Map<string, ResourceLimit> {
  const limits = new Map<string, ResourceLimit>();
  for (const metric of METRIC_NAMES) {
    const { limit } = METRICS[metric];
    if (!limit) continue;
    const { name, unit, measure } = limit;
    const known = limits.get(name);
    const others = known?.metrics ?? [];
    limits.set(name, {
      unit,
      measure,
      gate: limit.gate ?? name,
      join: limit.join ?? known?.join ?? null,
      metrics: limit.join === 'stand-in' ? [...others, metric] : [metric, ...others],
    });
  }
  return limits;
}
