import { METRIC_NAMES, METRICS, type MetricName } from '../../model/metric-catalogue.ts';
import type { ReportSeries, SeriesPoint } from '../../model/report-document.ts';
import type { Sample } from '../../model/sample.ts';
import type { MonoMs } from '../../model/units.ts';
import { perSecond, risesOf } from '../../stats/counters.ts';

/** The series that a report draws, in order; a counter becomes its change per second. Without a value there is no chart. */
export function chartSeries(samples: readonly Sample[], startMonoMs: MonoMs): ReportSeries[] {
  return METRIC_NAMES.flatMap((name) => {
    const { chart, title, unit, kind } = METRICS[name];
    if (chart === undefined) return [];
    const isCounter = kind === 'counter';
    const points = isCounter ? ratePoints(samples, name, startMonoMs) : gaugePoints(samples, name, startMonoMs);
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

/** Change per second. */
function ratePoints(samples: readonly Sample[], name: MetricName, startMonoMs: MonoMs): SeriesPoint[] {
  return risesOf(samples, name).map((rise) => ({ tSec: (rise.atMs - startMonoMs) / 1000, value: perSecond(rise) }));
}
