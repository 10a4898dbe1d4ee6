import { holm } from '../stats/holm.ts';
import { judgeTrend, type TrendLimits, type TrendVerdict } from '../stats/judge-trend.ts';
import type { Point } from '../stats/point.ts';
import { measureTrend, type Trend } from '../stats/trend.ts';
import type { RunView } from './run-view.ts';
import { trendSeries } from './trend-series.ts';

export interface TableEntry {
  readonly trend: Trend;
  readonly verdict: TrendVerdict;
}

/**
 * The question that a soak is run for, fixed before the data: it is tested by itself. All other series share one
 * correction, since each of them would be a finding that nobody had asked for.
 */
const PRIMARY = 'heap.live';

/** The trends of all series of a report, measured once, with p-values that are corrected for how many there are. */
export class TrendTable {
  readonly #trends = new Map<
    string,
    { readonly trend: Trend; readonly p: number; readonly points: readonly Point[] }
  >();

  constructor(view: RunView) {
    const measured = [...trendSeries(view)].flatMap(([name, pieces]) => {
      const trend = measureTrend(pieces);
      return trend ? [{ name, trend, points: pieces.flat() }] : [];
    });
    const others = measured.filter(({ name }) => name !== PRIMARY);
    const corrected = holm(others.map(({ trend }) => trend.pRising));
    for (const { name, trend, points } of measured) {
      const p = name === PRIMARY ? trend.pRising : (corrected[others.findIndex((other) => other.name === name)] ?? 1);
      this.#trends.set(name, { trend, p, points });
    }
  }

  /** Null where there were too few points to measure. `limits` say what growth of this series is worth a word. */
  judge(name: string, limits: Omit<TrendLimits, 'p'> = {}): TableEntry | null {
    const entry = this.#trends.get(name);
    if (!entry) return null;
    return { trend: entry.trend, verdict: judgeTrend(entry.trend, { ...limits, p: entry.p }) };
  }

  /** The points that the trend was measured on. */
  points(name: string): readonly Point[] {
    return this.#trends.get(name)?.points ?? [];
  }
}
