import { isMetricName, METRICS } from '../model/metric-catalogue.ts';
import { holm } from '../stats/holm.ts';
import { judgeTrend, leastGrowthOf, type TrendLimits, type TrendVerdict } from '../stats/judge-trend.ts';
import type { Point } from '../stats/point.ts';
import { measureTrend, type Trend } from '../stats/trend.ts';
import type { RunView } from './run-view.ts';
import { scrapedFamily } from './scraped/scraped-trends.ts';
import { type TrendName, trendSeries } from './trend-series.ts';

export interface TableEntry {
  readonly trend: Trend;
  readonly verdict: TrendVerdict;
  /** The smallest slope that would have been seen and been worth a word. */
  readonly smallestSlope: number;
}

/**
 * The question that a soak is run for, fixed before the data: does memory that is held grow? It has a correction of its
 * own. All other series share another, since each of them would be a finding that nobody had asked for. What the service
 * says of itself, which may be a hundred series, must not dim the view of the others: it is corrected apart.
 */
function familyOf(name: TrendName): string {
  const ofMetric = isMetricName(name) ? METRICS[name].trend?.family : undefined;
  return ofMetric ?? scrapedFamily(name) ?? 'other';
}

/** The trends of all series of a report, measured once, with p-values that are corrected for how many there are. */
export class TrendTable {
  readonly #trends = new Map<
    TrendName,
    { readonly trend: Trend; readonly p: number; readonly points: readonly Point[] }
  >();

  constructor(view: RunView) {
    const series = [...trendSeries(view)];
    for (const one of new Set(series.map(([name]) => familyOf(name)))) {
      const together = series.filter(([name]) => familyOf(name) === one);
      const family = together.flatMap(([name, pieces]) => {
        const trend = measureTrend(pieces, together.length);
        return trend ? [{ name, trend, points: pieces.flat() }] : [];
      });
      const corrected = holm(family.map(({ trend }) => trend.pRising));
      family.forEach(({ name, trend, points }, i) => {
        this.#trends.set(name, { trend, p: corrected[i] ?? 1, points });
      });
    }
  }

  /** Null where there were too few points to measure. `limits` say what growth of this series is worth a word. */
  judge(name: TrendName, limits: Omit<TrendLimits, 'p'> = {}): TableEntry | null {
    const entry = this.#trends.get(name);
    if (!entry) return null;
    const { trend, p } = entry;
    return {
      trend,
      verdict: judgeTrend(trend, { ...limits, p }),
      smallestSlope: Math.max(trend.smallestSlope, leastGrowthOf(trend, limits) / trend.span),
    };
  }

  /** The points that the trend was measured on. */
  points(name: TrendName): readonly Point[] {
    return this.#trends.get(name)?.points ?? [];
  }
}
