import type { RunMeasure } from '../../model/baseline.ts';
import { COMPARED_METRICS } from '../../model/metric-catalogue.ts';
import { median, robustDeviation } from '../../stats/order-statistics.ts';
import type { Pieces } from '../../stats/point.ts';
import { LATENCY_PERCENTILES, latencyKey, mergedLatencies, servedRateSeries } from '../load-series.ts';
import { failuresOf, measureRequests } from '../request-measures.ts';
import type { RunData } from '../run-data.ts';
import { type RunView, viewRun } from '../run-view.ts';
import { blockSeries, gauge } from '../sample-series.ts';
import { trendSeries } from '../trend-series.ts';
import { measureKind } from './measure-catalogue.ts';

/** Fewer blocks than this say little of a run. */
const LEAST_BLOCKS = 5;
const MOST_BLOCKS = 0.8;
/** A median of n normal values scatters 1.2533 times as much as their mean. */
const MEDIAN_ERROR = 1.2533;
/** A percentile has this many answers above it at least. */
const LEAST_ABOVE = 5;
const FAILED = 'load.errors';
/** Two-sided, 95 %, of the normal distribution. */
const Z = 1.96;

/**
 * The figures of a run that a later one is compared with: medians of its blocks under load, without warm-up and without
 * the moments that captures disturbed. A figure that the run has too little of is left out; of a request that is too rare
 * for blocks, the percentiles of the whole run count.
 */
export function measureRun(run: RunData): RunMeasure[] {
  const view = viewRun(run);
  const trends = new Map<string, Pieces>([...trendSeries(view), ['load.rate', servedRateSeries(view)]]);
  const others = COMPARED_METRICS.filter(({ key }) => !trends.has(key)).map(({ name, key }): [string, Pieces] => [
    key,
    blockSeries(view, gauge(name), { undisturbed: true, loadedOnly: true }),
  ]);
  const series = new Map([...trends, ...others]);
  const blockCount = series.get('load.rate')?.flat().length ?? 0;
  const measured = [...series].flatMap(([key, pieces]) => {
    if (key === FAILED) return failedShare(view, blockCount);
    const found = measureKind(key);
    const values = pieces.flat().map(({ y }) => y);
    if (!found || values.length < LEAST_BLOCKS) return [];
    // Of a rare request only the busiest blocks have answers enough, and which do is chance.
    if (key.startsWith('latency.') && values.length < MOST_BLOCKS * blockCount) return [];
    const { unit, better } = found.kind;
    const value = median(values);
    return [
      {
        key,
        unit,
        better,
        // Series whose falling is worse come turned around.
        value: better === 'higher' ? -value : value,
        error: (MEDIAN_ERROR * robustDeviation(values)) / Math.sqrt(values.length),
      },
    ];
  });
  const known = new Set(measured.map(({ key }) => key));
  return [...measured, ...rareLatencies(view).filter(({ key }) => !known.has(key))];
}

/**
 * Over the whole run: requests that nobody answers are counted where the load pauses, and a median of blocks does not see
 * them. The same count as that of a limit on errors.
 */
function failedShare(view: RunView, blockCount: number): RunMeasure[] {
  const all = measureRequests(view).get('*');
  const failed = all && failuresOf(all);
  if (!failed || blockCount < LEAST_BLOCKS) return [];
  const share = failed.percent / 100;
  const error = 100 * Math.sqrt((share * Math.max(0, 1 - share)) / all.count);
  return [{ key: FAILED, unit: 'percent', better: 'lower', value: failed.percent, error }];
}

/**
 * Percentiles over the whole run, for requests that are too rare for blocks. The error is that of an order statistic:
 * the rank of a quantile q among n answers scatters by sqrt(n q (1 - q)).
 */
function rareLatencies(view: RunView): RunMeasure[] {
  return [...mergedLatencies(view)].flatMap(([name, latencies]) =>
    LATENCY_PERCENTILES.flatMap((percentile): RunMeasure[] => {
      const { count } = latencies;
      const above = (count * (100 - percentile)) / 100;
      const value = latencies.atPercentile(percentile);
      if (value === null || above < LEAST_ABOVE) return [];
      const reach = (100 * Z * Math.sqrt((above * percentile) / 100)) / count;
      const low = latencies.atPercentile(Math.max(0, percentile - reach)) ?? value;
      const high = latencies.atPercentile(Math.min(100, percentile + reach)) ?? value;
      return [{ key: latencyKey(percentile, name), unit: 'ms', better: 'lower', value, error: (high - low) / (2 * Z) }];
    }),
  );
}
