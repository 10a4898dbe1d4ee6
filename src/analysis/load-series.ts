import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds } from '../model/units.ts';
import { blockWidthMs } from '../stats/blocks.ts';
import { Latencies } from '../stats/latencies.ts';
import { median } from '../stats/order-statistics.ts';
import type { Pieces, Point } from '../stats/point.ts';
import type { RunView } from './run-view.ts';
import { sinceStart } from './sample-series.ts';
import { isInside, overlaps } from './spans.ts';

/** A percentile of fewer answers says little. */
const LEAST_ANSWERS = 20;
/** The fewest points with a median, for a rare request, or a service that has become slow. */
const LEAST_FOR_MEDIAN = 5;
const FEWEST_POINTS = 8;
const LEAST_BODIES = 3;
export const LATENCY_PERCENTILES: readonly number[] = [50, 95];

export type LatencyKey = `latency.p${number} ${string}`;

export function latencyKey(percentile: number, name: string): LatencyKey {
  return `latency.p${percentile} ${name}`;
}

/** Names of requests in order of first appearance. */
export function requestNames({ run }: RunView): string[] {
  return [...new Set(run.requests.map(({ name }) => name))];
}

/**
 * Percentiles of each request name, block by block. From the actual send time: how late the load itself was is no
 * property of the service.
 */
export function latencySeries(view: RunView): [LatencyKey, Pieces][] {
  const intervals = undisturbedIntervals(view);
  return requestNames(view).flatMap((name) => {
    const blocks = inBlocks(
      view,
      intervals.filter((interval) => interval.name === name),
    );
    const points = LATENCY_PERCENTILES.map((): Point[] => []);
    const answers = blocks.reduce((total, block) => total + answersIn(block), 0);
    const least = Math.min(LEAST_ANSWERS, Math.max(LEAST_FOR_MEDIAN, Math.floor(answers / FEWEST_POINTS)));
    for (const { x, intervals: members } of joined(blocks, answersIn, least)) {
      const latencies = new Latencies();
      for (const { service } of members) latencies.add(service);
      LATENCY_PERCENTILES.forEach((percentile, i) => {
        if (latencies.count < (percentile === 50 ? least : LEAST_ANSWERS)) return;
        points[i]?.push({ x, y: latencies.atPercentile(percentile) ?? 0 });
      });
    }
    return LATENCY_PERCENTILES.map((percentile, i): [LatencyKey, Pieces] => [
      latencyKey(percentile, name),
      [points[i] ?? []],
    ]);
  });
}

/** All answers of each request name together, in the same time and from the same moment as `latencySeries`. */
export function mergedLatencies(view: RunView): ReadonlyMap<string, Latencies> {
  const merged = new Map<string, Latencies>();
  for (const { name, service } of undisturbedIntervals(view)) {
    const latencies = merged.get(name) ?? new Latencies();
    latencies.add(service);
    merged.set(name, latencies);
  }
  return merged;
}

/** Mean size of the answers of each request name, block by block. */
export function bodySizeSeries(view: RunView): [string, Pieces][] {
  const intervals = undisturbedIntervals(view);
  return requestNames(view).map((name) => {
    const own = intervals.filter((interval) => interval.name === name);
    const points = inBlocks(view, own).flatMap(({ x, intervals: members }) => {
      const answers = members.reduce((total, { traits }) => total + (traits?.answers ?? 0), 0);
      const bytes = members.reduce((total, { traits }) => total + (traits?.bodyBytes ?? 0), 0);
      return answers >= LEAST_BODIES ? [{ x, y: bytes / answers }] : [];
    });
    return [name, [points]];
  });
}

/** Percent of requests that failed, all names together. */
export function loadErrorSeries(view: RunView): Pieces {
  const answers = ({ intervals }: Block): number => sum(intervals, 'count');
  return [
    joined(inBlocks(view, undisturbedIntervals(view)), answers, LEAST_ANSWERS).map(({ x, intervals }) => ({
      x,
      y: (100 * sum(intervals, 'errors')) / sum(intervals, 'count'),
    })),
  ];
}

/** Completed requests per second, turned around so that less is more: what falls is what is looked for. */
export function loadRateSeries(view: RunView): Pieces {
  return rateSeries(view, (intervals) => sum(intervals, 'count'));
}

/** The same of requests that were answered as expected: a service that refuses quickly is not a fast one. */
export function servedRateSeries(view: RunView): Pieces {
  return rateSeries(view, (intervals) => sum(intervals, 'count') - sum(intervals, 'errors'));
}

function rateSeries(view: RunView, countIn: (intervals: readonly RequestInterval[]) => number): Pieces {
  return [
    inBlocks(view, undisturbedIntervals(view)).map(({ x, intervals }) => {
      const starts = new Map(intervals.map(({ startMonoMs, endMonoMs }) => [startMonoMs, endMonoMs - startMonoMs]));
      const lastedMs = [...starts.values()].reduce((total, ms) => total + ms, 0);
      return { x, y: (-1000 * countIn(intervals)) / Math.max(1, lastedMs) };
    }),
  ];
}

function undisturbedIntervals(view: RunView): RequestInterval[] {
  return view.run.requests.filter(({ startMonoMs, endMonoMs }) => {
    const span = { fromMs: startMonoMs, toMs: endMonoMs };
    const inLoad = isInside(view.loaded, startMonoMs) && isInside(view.loaded, endMonoMs);
    return inLoad && !overlaps(view.disturbed, span);
  });
}

interface Block {
  readonly x: Milliseconds;
  readonly intervals: readonly RequestInterval[];
}

function inBlocks(view: RunView, intervals: readonly RequestInterval[]): Block[] {
  const first = intervals[0];
  const last = intervals.at(-1);
  if (!first || !last) return [];
  const lengthMs = median(intervals.slice(0, 50).map(({ startMonoMs, endMonoMs }) => endMonoMs - startMonoMs));
  const widthMs = blockWidthMs(last.endMonoMs - first.startMonoMs, lengthMs);
  const blocks = new Map<number, RequestInterval[]>();
  for (const interval of intervals) {
    const index = Math.floor((interval.startMonoMs - first.startMonoMs) / widthMs);
    const block = blocks.get(index);
    if (block) block.push(interval);
    else blocks.set(index, [interval]);
  }
  return [...blocks].map(([index, members]) => ({
    x: sinceStart(view, first.startMonoMs) + (index + 0.5) * widthMs,
    intervals: members,
  }));
}

function answersIn({ intervals }: Block): number {
  return intervals.reduce((total, { count, aborted = 0 }) => total + count + aborted, 0);
}

/**
 * Neighbours are put together until each block has enough: a service that becomes slow answers less and less, and must not
 * escape by that. What is left over at the end goes to the last one.
 */
function joined(blocks: readonly Block[], answers: (block: Block) => number, least: number): Block[] {
  const full: { -readonly [Key in keyof Block]: Block[Key] }[] = [];
  let open: Block[] = [];
  for (const block of blocks) {
    open.push(block);
    if (open.reduce((total, one) => total + answers(one), 0) < least) continue;
    full.push(together(open, answers));
    open = [];
  }
  const last = full.at(-1);
  if (last) last.intervals = [...last.intervals, ...open.flatMap(({ intervals }) => intervals)];
  return full;
}

/** In the middle of its answers. */
function together(blocks: readonly Block[], answers: (block: Block) => number): Block {
  const total = blocks.reduce((count, block) => count + answers(block), 0);
  return {
    x: blocks.reduce((weighted, block) => weighted + block.x * answers(block), 0) / total,
    intervals: blocks.flatMap(({ intervals }) => intervals),
  };
}

function sum(intervals: readonly RequestInterval[], field: 'count' | 'errors'): number {
  return intervals.reduce((total, interval) => total + interval[field], 0);
}
