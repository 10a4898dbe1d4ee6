import { METRICS, type MetricName } from '../model/metric-catalogue.ts';

export interface ExportedMetric {
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'counter';
  /** From the unit of the catalogue to the base unit of Prometheus: seconds, bytes, ratios. */
  readonly factor: number;
}

const UNITS: Readonly<
  Record<(typeof METRICS)[MetricName]['unit'], { readonly suffix: string; readonly factor: number }>
> = {
  bytes: { suffix: '_bytes', factor: 1 },
  ms: { suffix: '_seconds', factor: 1 / 1000 },
  percent: { suffix: '_ratio', factor: 1 / 100 },
  share: { suffix: '_ratio', factor: 1 },
  count: { suffix: '', factor: 1 },
};

/**
 * A metric of the catalogue under the rules of prometheus.io/docs/practices/naming: `heap.used` becomes
 * `profiler_heap_used_bytes`, `gc.major.time` becomes `profiler_gc_major_time_seconds_total`.
 */
export function exportedMetric(metric: MetricName): ExportedMetric {
  const { unit, kind, title } = METRICS[metric];
  const { suffix, factor } = UNITS[unit];
  const base = metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/[^a-z0-9]+/g, '_');
  // `_total` is the ending of counters: `pool.total` is `profiler_pool_all`.
  const name = kind === 'counter' ? `${base}${suffix}_total` : `${base}${suffix}`.replace(/_total$/, '_all');
  return { name: `profiler_${name}`, help: title, kind, factor };
}
