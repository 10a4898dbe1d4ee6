import {
  type MadeTrend,
  METRIC_NAMES,
  METRICS,
  type MetricName,
  type TrendedMetric,
} from '../model/metric-catalogue.ts';
import { type RequestCounter, requestCounter } from '../model/request-count.ts';
import type { Sample } from '../model/sample.ts';
import { blockPoints, blockWidthMs } from '../stats/blocks.ts';
import { gainedBetween } from '../stats/counters.ts';
import type { Pieces, Point } from '../stats/point.ts';
import { spanOf } from '../stats/point.ts';
import { isSeenFromOutside } from './completeness/find-gaps.ts';
import { liveHeapSeries } from './live-heap.ts';
import { type LatencyKey, latencySeries, loadErrorSeries, loadRateSeries } from './load-series.ts';
import type { WorkClock } from './rests-of-traffic.ts';
import type { RunView } from './run-view.ts';
import { blockSeries, gauge, type ReadValue, rate, rawSeries, sinceStart } from './sample-series.ts';
import { type ScrapedKey, scrapedTrends } from './scraped/scraped-trends.ts';
import { servedErrorSeries } from './served-errors.ts';

/** A series that is made of more than one metric, of requests, or of what the service says of itself. */
type DerivedTrend =
  | 'native'
  | 'cpu.per-request'
  | 'gc.share'
  | 'served.latency'
  | 'served.errors'
  | 'load.errors'
  | 'load.rate'
  | LatencyKey
  | ScrapedKey;

/** The name of a series whose trend is tested. */
export type TrendName = TrendedMetric | DerivedTrend;

/** Every series whose trend is tested, in the direction that is worse: throughput is turned around. */
export function trendSeries(view: RunView): ReadonlyMap<TrendName, Pieces> {
  return new Map<TrendName, Pieces>([
    ...METRIC_NAMES.filter(isTrended).map((name): [TrendName, Pieces] => [name, metricSeries(view, name)]),
    ['native', nativeSeries(view)],
    [
      'cpu.per-request',
      blockSeries(view, cpuPerRequest(requestCounter(view.run.samples)), { undisturbed: true, loadedOnly: true }),
    ],
    ['gc.share', blockSeries(view, gcShare, { undisturbed: true, loadedOnly: true })],
    ...latencySeries(view),
    // Where the load is ours it is known better, and a series more makes every test stricter.
    ...(view.run.requests.length === 0
      ? [servedLatency(view), ['served.errors', servedErrorSeries(view)] as const]
      : []),
    ['load.errors', loadErrorSeries(view)],
    ['load.rate', loadRateSeries(view)],
    ...scrapedTrends(view),
  ]);
}

/** What can leak: it grows with the work that is done, by whatever clock that comes. */
const LEAKING = /^(heap\.(live|external)|process\.(fds|threads)|resources\.timers)/;
/** Counts, and sizes after collections: there is no noise of measurement in them. */
const CALM = /^(heap\.live|process\.(fds|threads)|resources\.timers)/;

export function isCalm(name: TrendName): boolean {
  return CALM.test(name);
}

/** The series of what can leak, again over the requests that were served. */
export function workSeries(view: RunView, work: WorkClock): ReadonlyMap<TrendName, Pieces> {
  const byWork = { ...view, work };
  return new Map<TrendName, Pieces>([
    ...METRIC_NAMES.filter(isTrended)
      .filter((name) => LEAKING.test(name))
      .map((name): [TrendName, Pieces] => [name, metricSeries(byWork, name)]),
    ['native', nativeSeries(byWork)],
  ]);
}

function nativeSeries(view: RunView): Pieces {
  return blockSeries(view, isSeenFromOutside(view) ? gauge('process.rss') : residual, {
    undisturbed: true,
    cutAtSnapshots: true,
  });
}

const MADE: Readonly<Record<MadeTrend, (view: RunView) => Pieces>> = {
  'heap.live': liveHeapSeries,
  'heap.external': externalSeries,
};

function isTrended(name: MetricName): name is TrendedMetric {
  return METRICS[name].trend !== undefined;
}

/** As the metric catalogue says. */
function metricSeries(view: RunView, name: TrendedMetric): Pieces {
  if (Object.hasOwn(MADE, name)) return MADE[name as MadeTrend](view);
  const { kind, trend } = METRICS[name];
  const read: ReadValue = kind === 'counter' ? rate(name) : gauge(name);
  return blockSeries(view, read, { undisturbed: trend?.disturbed !== true, loadedOnly: true });
}

/** What the process holds that neither V8's heap nor buffers account for. RSS alone proves nothing in a short run. */
function residual({ values }: Sample): number | null {
  const { 'process.rss': rss, 'heap.total': heap, 'heap.external': external } = values;
  return rss === undefined || heap === undefined || external === undefined ? null : rss - heap - external;
}

/** Milliseconds of CPU a request. */
function cpuPerRequest(counter: RequestCounter): ReadValue {
  return (sample, previous) => {
    const requests = gainedBetween(previous, sample, counter);
    const cpu = sample.values['process.cpu'];
    if (!requests || cpu === undefined || previous === null) return null;
    return ((cpu / 100) * (sample.monoMs - previous.monoMs)) / requests;
  };
}

function servedLatency(view: RunView): [TrendName, Pieces] {
  return ['served.latency', blockSeries(view, meanLatency, { undisturbed: true, loadedOnly: true })];
}

/** Milliseconds to an answer, by the target's own count: everything that is known of latency where the load is not ours. */
function meanLatency(sample: Sample, previous: Sample | null): number | null {
  const [requests, sumMs] = [
    gainedBetween(previous, sample, 'requests.served'),
    gainedBetween(previous, sample, 'requests.latency.sum'),
  ];
  return requests && sumMs !== null ? sumMs / requests : null;
}

/** Share of time spent collecting garbage. */
function gcShare(sample: Sample, previous: Sample | null): number | null {
  const parts = (['gc.major.time', 'gc.minor.time', 'gc.other.time'] as const).map((name) =>
    gainedBetween(previous, sample, name),
  );
  const lastedMs = previous === null ? 0 : sample.monoMs - previous.monoMs;
  if (lastedMs <= 0 || parts.every((part) => part === null)) return null;
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0) / lastedMs;
}

const BLOCKS = 16;

/**
 * Memory of buffers that are really held. Buffers that nobody needs stay until a collection, so between collections the
 * figure is a sawtooth: the lowest value of each stretch that holds a major collection counts.
 */
function externalSeries(view: RunView): Pieces {
  const collectedAt = view.run.events
    .filter((event) => event.type === 'live-heap')
    .map(({ monoMs }) => sinceStart(view, monoMs));
  return rawSeries(view, gauge('heap.external')).map((points) => {
    const spanMs = spanOf(points);
    const few = collectedAt.length > BLOCKS ? [] : betweenCollections(points, collectedAt);
    if (few.length >= 5) return few;
    return blockPoints(points, Math.max(spanMs / BLOCKS, blockWidthMs(spanMs, view.sampleIntervalMs)), lowest);
  });
}

function betweenCollections(points: readonly Point[], collectedAt: readonly number[]): Point[] {
  const stretches = new Map<number, Point[]>();
  for (const point of points) {
    const index = collectedAt.filter((x) => x <= point.x).length;
    // Before the first collection nothing is known.
    if (index === 0) continue;
    const stretch = stretches.get(index) ?? [];
    stretch.push(point);
    stretches.set(index, stretch);
  }
  return [...stretches.values()].map((stretch) => stretch.reduce((low, point) => (point.y < low.y ? point : low)));
}

function lowest(values: readonly number[]): number {
  return Math.min(...values);
}
