import type { MetricName } from '../model/metric-catalogue.ts';
import { requestCounter } from '../model/request-count.ts';
import { blockPoints } from '../stats/blocks.ts';
import { boundedBy } from '../stats/bounded.ts';
import { judgeTrend, leastGrowthOf } from '../stats/judge-trend.ts';
import { median } from '../stats/order-statistics.ts';
import { type Point, spanOf } from '../stats/point.ts';
import { measureTrend } from '../stats/trend.ts';
import { COUNT_SHARE, isStraightLine } from './leak-thresholds.ts';
import { workClock } from './rests-of-traffic.ts';
import type { RunView } from './run-view.ts';
import { valuesIn } from './sample-series.ts';
import type { TableEntry } from './trend-table.ts';

const BLOCKS = 24;
/** A rest of this length releases what requests in progress use, and connections that are kept for a while. */
const LEAST_REST_MS = 5_000;
/** The share of the growth that may be gone after the rest. */
const LET_GO = 0.05;
/** Growth that a rest keeps, as a multiple of what is worth reporting. */
const MANY = 5;

/**
 * What was not given back while nobody asked for anything is the strongest evidence that there is. Where a count stayed at
 * its height through a rest, the warm-up may speak too, of which a judgement of growth alone would know nothing: from the
 * first request on, is it a straight line over the requests? Null if there was no such rest, or no such line.
 */
export function keptThroughRest(view: RunView, metric: MetricName, leastGain: number): TableEntry | null {
  const { idleTail, judged, run } = view;
  const work = workClock(run, judged);
  if (idleTail === null || work === null || view.restartTimesMs.length > 0) return null;
  if (idleTail.toMs - idleTail.fromMs < LEAST_REST_MS) return null;
  const counter = requestCounter(run.samples);
  const points = run.samples.flatMap(({ monoMs, values }): Point[] => {
    const y = values[metric];
    return y === undefined || values[counter] === undefined || monoMs > idleTail.fromMs
      ? []
      : [{ x: work.atMs(monoMs), y }];
  });
  const blocks = blockPoints(points, spanOf(points) / BLOCKS);
  const trend = measureTrend([blocks], 1, { isCalm: true });
  if (trend === null || !isStraightLine(trend)) return null;
  const limits = { leastShare: COUNT_SHARE, leastGrowth: MANY * leastGain };
  if (judgeTrend(trend, { ...limits, p: trend.pRising }) !== 'growing') return null;
  const height = median(valuesIn(view, metric, idleTail.fromMs, idleTail.fromMs + LEAST_REST_MS / 2));
  const left = valuesIn(view, metric, idleTail.toMs - (idleTail.toMs - idleTail.fromMs) / 3, idleTail.toMs).at(-1);
  if (left === undefined || height - left > LET_GO * trend.slope * trend.span) return null;
  return {
    ...boundedBy(trend, leastGrowthOf(trend, limits)),
    trend,
    verdict: 'growing',
    smallestSlope: Math.max(trend.smallestSlope, leastGrowthOf(trend, limits) / trend.span),
    axis: 'requests',
    perRequest: (trend.slope * (judged.toMs - judged.fromMs)) / work.requests,
  };
}
