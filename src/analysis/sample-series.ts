import type { MetricName } from '../model/metric-catalogue.ts';
import { requestCounter } from '../model/request-count.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { blockPoints, blockWidthMs } from '../stats/blocks.ts';
import { gainedBetween } from '../stats/counters.ts';
import { cutWarmUp } from '../stats/cut-warm-up.ts';
import { type Pieces, type Point, spanOf } from '../stats/point.ts';
import type { RunView } from './run-view.ts';
import { isInside } from './spans.ts';

export interface SeriesOptions {
  /** Leave out samples that a capture of ours disturbed. */
  readonly undisturbed?: boolean;
  /** Cut where a heap snapshot leaves the level of resident memory higher. */
  readonly cutAtSnapshots?: boolean;
  /** Leave out the time in which no load came. */
  readonly loadedOnly?: boolean;
}

/** What was read at one moment of one life of the process. */
interface Reading {
  readonly monoMs: MonoMs;
  readonly segment: number;
}

export type ReadFrom<R> = (reading: R, previous: R | null) => number | null | undefined;
export type ReadValue = ReadFrom<Sample>;

/** x of all series: milliseconds since the start of the run, or since that of the judged stretch by the clock of work. */
export function sinceStart({ whole, work }: RunView, atMs: MonoMs): number {
  return work ? work.atMs(atMs) : atMs - whole.fromMs;
}

export const gauge =
  (name: MetricName): ReadValue =>
  ({ values }) =>
    values[name];

/** Of a counter, the change per second. */
export const rate =
  (name: MetricName): ReadValue =>
  (sample, previous) => {
    const gained = gainedBetween(previous, sample, name);
    return gained === null || previous === null ? null : (1000 * gained) / (sample.monoMs - previous.monoMs);
  };

/** The judged stretch of a series, one piece for each life of the process, in blocks; what is still warm-up is cut. */
export function blockSeries(view: RunView, read: ReadValue, options: SeriesOptions = {}): Pieces {
  return inBlocks(rawSeries(view, read, options), view.sampleIntervalMs);
}

/** Points that were read once an interval, in blocks; what is still warm-up is cut. */
export function inBlocks(pieces: Pieces, intervalMs: Milliseconds): Pieces {
  const spanMs = pieces.reduce((sum, piece) => sum + spanOf(piece), 0);
  const widthMs = blockWidthMs(spanMs, intervalMs);
  const blocks = pieces.map((points) => blockPoints(points, widthMs));
  const inAll = blocks.reduce((sum, points) => sum + points.length, 0);
  return blocks.map((points) => cutWarmUp(points, inAll));
}

/** As `blockSeries`, a point per sample. */
export function rawSeries(view: RunView, read: ReadValue, options: SeriesOptions = {}): Pieces {
  const { samples } = view.run;
  if (!view.work) return readingSeries(view, samples, read, options);
  // For a sample that a paused service did not answer, the number of requests is unknown.
  const counter = requestCounter(samples);
  const counted = samples.filter(({ values }) => values[counter] !== undefined);
  return readingSeries(view, counted, read, options);
}

/** As `rawSeries`, of what was read at moments of its own. */
export function readingSeries<R extends Reading>(
  view: RunView,
  readings: readonly R[],
  read: ReadFrom<R>,
  options: SeriesOptions = {},
): Pieces {
  const cutsMs = options.cutAtSnapshots ? view.snapshotTimesMs : [];
  const pieces = new Map<string, Point[]>();
  let previous: R | null = null;
  for (const reading of readings) {
    // Differences of counters stay inside one life of the process.
    const before: R | null = previous?.segment === reading.segment ? previous : null;
    previous = reading;
    if (!isJudged(view, reading.monoMs, options)) continue;
    const y = read(reading, before);
    if (y === null || y === undefined || !Number.isFinite(y)) continue;
    const key = `${reading.segment} ${cutsMs.filter((atMs) => atMs <= reading.monoMs).length}`;
    const piece = pieces.get(key) ?? [];
    piece.push({ x: sinceStart(view, reading.monoMs), y });
    pieces.set(key, piece);
  }
  return [...pieces.values()];
}

function isJudged(view: RunView, atMs: MonoMs, { undisturbed, loadedOnly }: SeriesOptions): boolean {
  if (atMs < view.judged.fromMs || atMs > view.judged.toMs) return false;
  if (undisturbed && isInside(view.disturbed, atMs)) return false;
  return !loadedOnly || isInside(view.loaded, atMs);
}

/** Values of a metric over a stretch. */
export function valuesIn(view: RunView, name: MetricName, fromMs: MonoMs, toMs: MonoMs): number[] {
  return view.run.samples.flatMap(({ monoMs, values }) => {
    const value = values[name];
    return value !== undefined && monoMs >= fromMs && monoMs <= toMs ? [value] : [];
  });
}
