import type { AllocationSeries } from '../../cpu/allocation-series.ts';
import { type SampledGrowth, sampledGrowth } from '../../stats/sampled-growth.ts';
import type { CheckContext } from '../check.ts';
import { workClock } from '../rests-of-traffic.ts';
import { lineOverRequests, type ProportionalGrowth } from './proportional-growth.ts';

/** A function of the program whose live objects grow with each request. */
export interface GrowingSite {
  readonly site: AllocationSeries;
  readonly growth: SampledGrowth;
}

/** Two signals that know nothing of each other: samples of live objects by function, and the heap after collections. */
export interface SiteLeak {
  /** Those that can be all of the growth, the likeliest first; one where it is clear which. */
  readonly sites: readonly GrowingSite[];
  /** So many more grow as fast: what is replaced all the time does too, until all of it was made while it was sampled. */
  readonly others: readonly GrowingSite[];
  readonly heap: ProportionalGrowth;
  readonly readings: number;
  /** Stretches between readings in which requests came. */
  readonly windows: number;
}

/** Three readings; what accuses asks for more. */
const LEAST_WINDOWS = 2;
/** Fewer are a hint only. */
const LEAST_SAMPLES = 10;
/** For all functions of a run together. */
const ALPHA = 0.001;
const EVEN = 0.01;
const LINE = 0.005;
const LEAST_BYTES = 300_000;
/** What the heap grows by a request, of what a site does: sampled sizes leave out what the allocator rounds up, and tables. */
const LEAST_OF_HEAP = 0.5;
const MOST_OF_HEAP = 1.6;

/**
 * What leaks by the samples of live objects, where the heap after collections agrees. The samples alone accuse nobody: those of a
 * cache that is at its bound rise too, since what was there before the sampling began is replaced by what is sampled. So
 * the heap must grow, on a line over the requests, by about as much a request as the objects of the function do. Null where it
 * does not, or no function grows.
 */
export function siteLeak(context: CheckContext): SiteLeak | null {
  const { allocationReadings: readings } = context.run;
  const work = workClock(context.run, context.judged);
  const heap = lineOverRequests(context, { loadedOnly: true });
  if (!readings || work === null || heap === null) return null;
  if (heap.pByChance > LINE || heap.to - heap.from < LEAST_BYTES) return null;
  const xs = readings.atMs.map((atMs) => work.requestsAt(atMs));
  const tested = readings.series.flatMap((site): GrowingSite[] => {
    const growth = sampledGrowth(site.sizes.map((size, i) => ({ x: xs[i] ?? 0, ...size })));
    return growth && (site.sizes.at(-1)?.samples ?? 0) >= LEAST_SAMPLES ? [{ site, growth }] : [];
  });
  const growing = tested
    .filter(({ growth: { pRising, windows } }) => windows >= LEAST_WINDOWS && pRising * tested.length <= ALPHA)
    .sort((a, b) => b.growth.slope - a.growth.slope);
  const isAll = ({ growth: { low, high } }: GrowingSite): boolean =>
    high >= LEAST_OF_HEAP * heap.bytesPerRequest && low <= MOST_OF_HEAP * heap.bytesPerRequest;
  const sites = growing.filter((one) => isAll(one) && one.growth.pEven >= EVEN);
  if (sites.length === 0) return null;
  return {
    sites,
    others: growing.filter((one) => !sites.includes(one)),
    heap,
    readings: readings.atMs.length,
    windows: Math.min(...sites.map(({ growth }) => growth.windows)),
  };
}
