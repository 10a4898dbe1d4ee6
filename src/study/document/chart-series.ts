import { METRIC_NAMES, METRICS, type MetricName } from '../../model/metric-catalogue.ts';
import type { ReportSeries, SeriesPoint } from '../../model/report-document.ts';
import type { RequestInterval } from '../../model/requests.ts';
import type { Sample } from '../../model/sample.ts';
import type { MonoMs } from '../../model/units.ts';
import { perSecond, risesOf } from '../../stats/counters.ts';

/**
 * The series that a report draws, in order; a counter becomes its change per second. Without a value there is no chart. The load
 * is charted from its own intervals: what it last told when a sample was taken may be of no second, or of two.
 */
export function chartSeries(
  samples: readonly Sample[],
  startMonoMs: MonoMs,
  requests: readonly RequestInterval[] = [],
): ReportSeries[] {
  return METRIC_NAMES.flatMap((name) => {
    const { chart, title, unit, kind } = METRICS[name];
    if (chart === undefined) return [];
    const isCounter = kind === 'counter';
    const points =
      name === 'load.requests' && requests.length > 0
        ? loadPoints(requests, startMonoMs)
        : isCounter
          ? ratePoints(samples, name, startMonoMs)
          : gaugePoints(samples, name, startMonoMs);
    return points.length > 1 ? [{ chart, name, title: isCounter ? `${title}, per second` : title, unit, points }] : [];
  })
    .sort((a, b) => a.chart - b.chart)
    .map(({ chart: _, ...series }) => series);
}

function gaugePoints(samples: readonly Sample[], name: MetricName, startMonoMs: MonoMs): SeriesPoint[] {
  const points: SeriesPoint[] = [];
  for (const { monoMs, values } of samples) {
    const value = values[name];
    if (value !== undefined) points.push({ tSec: (monoMs - startMonoMs) / 1000, value });
  }
  return points;
}

/** Between two intervals there is more time than this where the load rested. */
const REST_MS = 500;

/** Requests per second of each interval, all names together; zero where there was none. */
function loadPoints(requests: readonly RequestInterval[], startMonoMs: MonoMs): SeriesPoint[] {
  const counts = new Map<MonoMs, { readonly endMonoMs: MonoMs; count: number }>();
  for (const { startMonoMs: fromMs, endMonoMs, count } of requests) {
    const known = counts.get(fromMs) ?? { endMonoMs, count: 0 };
    known.count += count;
    counts.set(fromMs, known);
  }
  const points: SeriesPoint[] = [];
  const add = (atMs: MonoMs, value: number): void => void points.push({ tSec: (atMs - startMonoMs) / 1000, value });
  let beforeMs: MonoMs | null = null;
  for (const [fromMs, { endMonoMs, count }] of [...counts].sort(([a], [b]) => a - b)) {
    if (beforeMs !== null && fromMs - beforeMs > REST_MS) {
      add(beforeMs + 1, 0);
      add(fromMs, 0);
    }
    add(endMonoMs, (1000 * count) / Math.max(1, endMonoMs - fromMs));
    beforeMs = endMonoMs;
  }
  return points;
}

/** Change per second. */
function ratePoints(samples: readonly Sample[], name: MetricName, startMonoMs: MonoMs): SeriesPoint[] {
  return risesOf(samples, name).map((rise) => ({ tSec: (rise.atMs - startMonoMs) / 1000, value: perSecond(rise) }));
}
