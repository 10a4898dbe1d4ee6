import type { MetricName } from '../model/metric-catalogue.ts';
import type { Sample } from '../model/sample.ts';
import type { MonoMs } from '../model/units.ts';
import { blockPoints, blockWidthMs } from '../stats/blocks.ts';
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

export type ReadValue = (sample: Sample, previous: Sample | null) => number | null | undefined;

/** x of all series over time: milliseconds since the start of the run. */
export function sinceStart({ whole }: RunView, atMs: MonoMs): number {
  return atMs - whole.fromMs;
}

export const gauge =
  (name: MetricName): ReadValue =>
  ({ values }) =>
    values[name];

/** The judged stretch of a series, one piece for each life of the process, in blocks; what is still warm-up is cut. */
export function blockSeries(view: RunView, read: ReadValue, options: SeriesOptions = {}): Pieces {
  const pieces = rawSeries(view, read, options);
  const spanMs = pieces.reduce((sum, piece) => sum + spanOf(piece), 0);
  const widthMs = blockWidthMs(spanMs, view.sampleIntervalMs);
  const blocks = pieces.map((points) => blockPoints(points, widthMs));
  const inAll = blocks.reduce((sum, points) => sum + points.length, 0);
  return blocks.map((points) => cutWarmUp(points, inAll));
}

/** As `blockSeries`, a point a sample. */
export function rawSeries(view: RunView, read: ReadValue, options: SeriesOptions = {}): Pieces {
  const cutsMs = options.cutAtSnapshots ? view.snapshotTimesMs : [];
  const pieces = new Map<string, Point[]>();
  let previous: Sample | null = null;
  for (const sample of view.run.samples) {
    // Differences of counters stay inside one life of the process.
    const before: Sample | null = previous?.segment === sample.segment ? previous : null;
    previous = sample;
    if (!isJudged(view, sample.monoMs, options)) continue;
    const y = read(sample, before);
    if (y === null || y === undefined || !Number.isFinite(y)) continue;
    const key = `${sample.segment} ${cutsMs.filter((atMs) => atMs <= sample.monoMs).length}`;
    const piece = pieces.get(key) ?? [];
    piece.push({ x: sinceStart(view, sample.monoMs), y });
    pieces.set(key, piece);
  }
  return [...pieces.values()];
}

function isJudged(view: RunView, atMs: MonoMs, { undisturbed, loadedOnly }: SeriesOptions): boolean {
  if (atMs < view.judged.fromMs || atMs > view.judged.toMs) return false;
  if (undisturbed && isInside(view.disturbed, atMs)) return false;
  return !loadedOnly || isInside(view.loaded, atMs);
}

/** Median of a metric over the samples of a stretch; null where there is none. */
export function valuesIn(view: RunView, name: MetricName, fromMs: MonoMs, toMs: MonoMs): number[] {
  return view.run.samples.flatMap(({ monoMs, values }) => {
    const value = values[name];
    return value !== undefined && monoMs >= fromMs && monoMs <= toMs ? [value] : [];
  });
}
