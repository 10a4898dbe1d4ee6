import type { Growth } from '../model/finding.ts';
import { isMetricName, METRICS } from '../model/metric-catalogue.ts';
import { type Bounded, boundedBy } from '../stats/bounded.ts';
import { holm } from '../stats/holm.ts';
import { judgeTrend, leastGrowthOf, type TrendLimits, type TrendVerdict } from '../stats/judge-trend.ts';
import type { Pieces, Point } from '../stats/point.ts';
import { measureTrend, type Trend } from '../stats/trend.ts';
import { type WorkClock, workClock } from './rests-of-traffic.ts';
import type { RunView } from './run-view.ts';
import { scrapedFamily } from './scraped/scraped-trends.ts';
import { isCalm, type TrendName, trendSeries, workSeries } from './trend-series.ts';

export interface TableEntry extends Bounded {
  readonly trend: Trend;
  readonly verdict: TrendVerdict;
  /** The smallest slope that would have been seen and been worth reporting. */
  readonly smallestSlope: number;
  /**
   * What explains the series better: time, or the requests that were served; those too where they came so evenly that both
   * do.
   */
  readonly axis: 'time' | 'requests';
  /** The slope a request; null if not counted. */
  readonly perRequest: number | null;
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

interface Measured {
  readonly trend: Trend;
  readonly p: number;
  readonly points: readonly Point[];
}

/** A series over time, and where requests came unevenly over those as well: then each pays for two tests. */
const AXES = 2;

/**
 * The trends of all series of a report, measured once, with p-values that are corrected for how many there are. What can
 * leak is measured over time and over the requests that were served: leaks are made by work, a few by a clock.
 */
export class TrendTable {
  readonly #byTime: ReadonlyMap<TrendName, Measured>;
  readonly #byWork: ReadonlyMap<TrendName, Measured>;
  readonly #work: WorkClock | null;
  readonly #spanMs: number;

  constructor(view: RunView) {
    const { judged } = view;
    this.#spanMs = judged.toMs - judged.fromMs;
    this.#work = workClock(view.run, judged);
    const byTime = trendSeries(view);
    const byWork = this.#work === null || this.#work.isEven ? new Map() : workSeries(view, this.#work);
    const testsOf = (name: TrendName): number => (byWork.has(name) ? AXES : 1);
    const names = [...byTime.keys()];
    const testsIn = (name: TrendName): number =>
      names.reduce((sum, each) => sum + (familyOf(each) === familyOf(name) ? testsOf(each) : 0), 0);
    const [overTime, overWork] = [measure(byTime, testsIn), measure(byWork, testsIn)];
    this.#byTime = corrected(overTime, testsOf);
    this.#byWork = overWork.size === 0 ? new Map() : corrected(new Map([...overTime, ...overWork]), testsOf);
  }

  /** Null if there were too few points to measure. `limits` say what growth of this series is worth reporting. */
  judge(name: TrendName, limits: Omit<TrendLimits, 'p'> = {}): TableEntry | null {
    const byTime = this.#entryOf(this.#byTime.get(name), this.#work?.isEven ? 'requests' : 'time', limits);
    const byWork = this.#entryOf(this.#byWork.get(name), 'requests', limits);
    return byTime && byWork ? betterOf(byTime, byWork) : (byWork ?? byTime);
  }

  /** The points that the trend was measured on: over time, or by `axis` over requests. */
  points(name: TrendName, axis: TableEntry['axis'] = 'time'): readonly Point[] {
    const measured = (axis === 'requests' ? this.#byWork.get(name) : null) ?? this.#byTime.get(name);
    return measured?.points ?? [];
  }

  #entryOf(
    measured: Measured | undefined,
    axis: TableEntry['axis'],
    limits: Omit<TrendLimits, 'p'>,
  ): TableEntry | null {
    if (!measured) return null;
    const { trend, p } = measured;
    return {
      ...boundedBy(trend, leastGrowthOf(trend, limits)),
      trend,
      verdict: judgeTrend(trend, { ...limits, p }),
      smallestSlope: Math.max(trend.smallestSlope, leastGrowthOf(trend, limits) / trend.span),
      axis,
      perRequest: this.#work === null ? null : (trend.slope * this.#spanMs) / this.#work.requests,
    };
  }
}

/**
 * Growth by the clock that explains it better. What levels off over requests has levelled off under load, whatever the
 * traffic makes of it over time; what only traffic that stopped brought to rest is still growing with each request.
 */
function betterOf(byTime: TableEntry, byWork: TableEntry): TableEntry {
  const isByTime = byTime.verdict === 'growing' && byTime.trend.rSquared > byWork.trend.rSquared;
  return isByTime && byWork.verdict !== 'plateau' ? byTime : byWork;
}

/**
 * What explains a series better, requests or time, as data of a finding. `counted`: what it gained, where that is known
 * exactly.
 */
export function overOf(entry: TableEntry, counted: number | null = null): NonNullable<Growth['over']> {
  const { trend, perRequest, axis } = entry;
  const grown = trend.slope * trend.span;
  const requests = perRequest === null || perRequest <= 0 ? null : Math.round(grown / perRequest);
  return { by: axis, rSquared: trend.rSquared, gained: counted ?? grown, requests };
}

type Measurements = ReadonlyMap<TrendName, Omit<Measured, 'p'>>;

function measure(series: ReadonlyMap<TrendName, Pieces>, testsIn: (name: TrendName) => number): Measurements {
  return new Map(
    [...series].flatMap(([name, pieces]) => {
      const trend = measureTrend(pieces, testsIn(name), { isCalm: isCalm(name) });
      return trend ? [[name, { trend, points: pieces.flat() }] as const] : [];
    }),
  );
}

/** Holm's correction, for each family of series separately. */
function corrected(measured: Measurements, testsOf: (name: TrendName) => number): Map<TrendName, Measured> {
  const kept = new Map<TrendName, Measured>();
  for (const one of new Set([...measured.keys()].map(familyOf))) {
    const family = [...measured].filter(([name]) => familyOf(name) === one);
    const p = holm(family.map(([name, { trend }]) => Math.min(1, testsOf(name) * trend.pRising)));
    family.forEach(([name, each], i) => {
      kept.set(name, { ...each, p: p[i] ?? 1 });
    });
  }
  return kept;
}
