import type { RunMeasure } from '../../model/baseline.ts';
import { median, robustDeviation } from '../../stats/order-statistics.ts';
import type { Pieces } from '../../stats/point.ts';
import type { RunData } from '../run-data.ts';
import { viewRun } from '../run-view.ts';
import { blockSeries, gauge } from '../sample-series.ts';
import { trendSeries } from '../trend-series.ts';
import { measureKind } from './measure-catalogue.ts';

/** Fewer blocks than this say little of a run. */
const LEAST_BLOCKS = 5;
/** A median of n normal values scatters 1.2533 times as much as their mean. */
const MEDIAN_ERROR = 1.2533;

/**
 * The figures of a run that a later one is held against: medians of its blocks under load, without warm-up and without
 * the moments that captures disturbed. A figure that the run has too little of is left out.
 */
export function measureRun(run: RunData): RunMeasure[] {
  const view = viewRun(run);
  const series = new Map<string, Pieces>([
    ...trendSeries(view),
    ['memory.rss', blockSeries(view, gauge('process.rss'), { undisturbed: true, loadedOnly: true })],
  ]);
  return [...series].flatMap(([key, pieces]) => {
    const found = measureKind(key);
    const values = pieces.flat().map(({ y }) => y);
    if (!found || values.length < LEAST_BLOCKS) return [];
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
}
