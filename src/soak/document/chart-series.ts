import { METRICS, type MetricName } from '../../model/metric-catalogue.ts';
import type { ReportSeries, SeriesPoint } from '../../model/report-document.ts';
import type { Sample } from '../../model/sample.ts';
import type { MonoMs } from '../../model/units.ts';
import { perSecond, risesOf } from '../../stats/counters.ts';

/** Charts of a report, in the order in which an engineer looks: memory, processor, event loop, traffic, handles. */
const CHARTS: readonly MetricName[] = [
  'heap.live',
  'heap.used',
  'process.rss',
  'heap.external',
  'process.cpu',
  'loop.delay.p99',
  'loop.utilization',
  'gc.major.time',
  'requests.served',
  'load.requests',
  'requests.active',
  'queries.count',
  'pool.total',
  'pool.waiting',
  'pool.acquire.max',
  'db.connections',
  'db.cache.hit-ratio',
  'process.fds',
  'resources.sockets',
  'resources.timers',
  'process.threads',
];

/** The series that a report draws; a counter becomes its change per second. Without a value there is no chart. */
export function chartSeries(samples: readonly Sample[], startMonoMs: MonoMs): ReportSeries[] {
  return CHARTS.map((name) => {
    const { title, unit, kind } = METRICS[name];
    const isCounter = kind === 'counter';
    return {
      name,
      title: isCounter ? `${title}, per second` : title,
      unit,
      points: isCounter ? ratePoints(samples, name, startMonoMs) : gaugePoints(samples, name, startMonoMs),
    };
  }).filter(({ points }) => points.length > 1);
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
