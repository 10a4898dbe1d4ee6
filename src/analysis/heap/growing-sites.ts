import type { AllocationSeries } from '../../cpu/allocation-series.ts';
import type { Bytes } from '../../model/units.ts';
import { type SampledGrowth, type SampledSize, sampledGrowth } from '../../stats/sampled-growth.ts';
import type { CheckContext } from '../check.ts';
import { PARTLY_RELEASED_COUNTS } from '../leak-thresholds.ts';
import { workClock } from '../rests-of-traffic.ts';
import { lineOverRequests, mostPerRequest, type ProportionalGrowth, riseOfHeap } from './proportional-growth.ts';

/** A function of the program whose live objects grow with each request. */
export interface GrowingSite {
  readonly site: AllocationSeries;
  readonly growth: SampledGrowth;
  /** Answered at each reading, since the tool attached. */
  readonly requests: readonly number[];
}

/** What the samples of live objects by function say, and whether the heap after collections agrees. */
export interface SiteLeak {
  /** Those that can be all of the growth, the likeliest first; one where it is clear which. */
  readonly sites: readonly GrowingSite[];
  /** So many more grow as fast: what is replaced all the time does too, until all of it was made while it was sampled. */
  readonly others: readonly GrowingSite[];
  /** Null if the growth of the functions is too small to make a line of the sizes of the heap. */
  readonly heap: ProportionalGrowth | null;
  /** What lives became more: it was not only replaced by what is sampled. */
  readonly isRise: boolean;
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
/**
 * What the heap grows by a request, of what a site does: sampled sizes leave out what the allocator rounds up, and tables.
 */
const LEAST_OF_HEAP = 0.5;
const MOST_OF_HEAP = 1.6;
/** The size after collections varies by this much without a leak: compiled code, caches of the engine. */
const NOISE_BYTES = 300_000;
const NOISE_SHARE = 0.03;
const BEYOND_NOISE = 1.5;
/** Of a large heap even three hundredths are megabytes. */
const LARGE_HEAP_BYTES = 100_000_000;

/**
 * What leaks by the samples of live objects. The samples alone accuse nobody: those of a cache that is at its bound rise
 * too, since what was there before the sampling began is replaced by what is sampled. So the heap must grow, on a line over
 * the requests, by about as much a request as the objects of the function do. Where that is less than what the size of a
 * heap comes and goes by, the heap cannot tell, and the source has to: null for `heap`. Null if no function grows, or the
 * heap says that it cannot be.
 */
export function siteLeak(context: CheckContext): SiteLeak | null {
  const growing = growingSites(context);
  if (growing.length === 0) return null;
  const line = lineOverRequests(context, { loadedOnly: true });
  const heap = line !== null && line.pByChance <= LINE && line.to - line.from >= LEAST_BYTES ? line : null;
  const isEven = ({ growth }: GrowingSite): boolean => growth.pEven >= EVEN;
  const isAll = ({ growth: { low, high } }: GrowingSite): boolean =>
    heap !== null && high >= LEAST_OF_HEAP * heap.bytesPerRequest && low <= MOST_OF_HEAP * heap.bytesPerRequest;
  const all = growing.filter((one) => isAll(one) && isEven(one));
  const level = context.trends.judge('heap.live')?.trend.level ?? 0;
  const noise = Math.max(NOISE_BYTES, NOISE_SHARE * level);
  // Growth that only others can explain, and a heap that hides megabytes.
  const mayBeSmall = all.length === 0 && heap === null && level < LARGE_HEAP_BYTES;
  const most = mayBeSmall ? mostPerRequest(context) : null;
  const sites = mayBeSmall ? growing.filter((one) => isEven(one) && mayBe(one, most, noise)) : all;
  const [largest] = sites;
  if (!largest) return null;
  const rise = mayBeSmall ? (riseOfHeap(context) ?? 0) : 0;
  return {
    sites,
    others: growing.filter((one) => !sites.includes(one)),
    heap: mayBeSmall ? null : heap,
    isRise: !mayBeSmall || (rise >= BEYOND_NOISE * noise && rise >= LEAST_OF_HEAP * gainOf(largest)),
    readings: context.run.allocationReadings?.atMs.length ?? 0,
    windows: Math.min(...sites.map(({ growth }) => growth.windows)),
  };
}

function growingSites(context: CheckContext): GrowingSite[] {
  return risingSites(context, ALPHA)
    .filter(({ growth: { windows } }) => windows >= LEAST_WINDOWS)
    .sort((a, b) => b.growth.slope - a.growth.slope);
}

/** With this chance of a rise by noise alone for all functions together; kept through the time without requests. */
function risingSites(context: CheckContext, alpha: number): GrowingSite[] {
  const { allocationReadings: readings } = context.run;
  const work = workClock(context.run, context.judged);
  if (!readings || work === null) return [];
  const xs = readings.atMs.map((atMs) => work.requestsAt(atMs));
  const tested = readings.series.flatMap((site): GrowingSite[] => {
    const growth = sampledGrowth(lastOfEach(site.sizes.map((size, i) => ({ x: xs[i] ?? 0, ...size }))));
    return growth && (site.sizes.at(-1)?.samples ?? 0) >= LEAST_SAMPLES ? [{ site, growth, requests: xs }] : [];
  });
  return tested.filter(({ site, growth: { pRising } }) => pRising * tested.length <= alpha && isKept(site));
}

/** What may be chance, but is no proof that nothing grows. */
const DOUBTFUL = 0.05;
const ENOUGH_READINGS = 4;

/**
 * Whether the samples of live objects say that nothing grows, where the sizes of the heap cannot tell: so dense that growth
 * which those sizes hide would be seen, through enough requests, and without a function whose objects become more with them.
 */
export function areSamplesClear(context: CheckContext): boolean {
  const { manifest, allocationReadings: readings } = context.run;
  const work = workClock(context.run, context.judged);
  const intervalBytes = manifest.heapProfiles.at(-1)?.intervalBytes ?? Number.POSITIVE_INFINITY;
  if (!readings || work === null || LEAST_SAMPLES * intervalBytes > NOISE_BYTES) return false;
  const apart = lastOfEach(readings.atMs.map((atMs) => ({ x: work.requestsAt(atMs), samples: 0, bytes: 0 })));
  if (apart.length < ENOUGH_READINGS) return false;
  return !risingSites(context, DOUBTFUL).some(({ growth: { pEven } }) => pEven >= EVEN);
}

/** Requests came between two readings: more readings of an idle service add nothing. */
const LEAST_APART = 0.02;

function lastOfEach(readings: readonly SampledSize[]): SampledSize[] {
  const apart = LEAST_APART * ((readings.at(-1)?.x ?? 0) - (readings[0]?.x ?? 0));
  return readings.filter((one, i) => (readings[i + 1]?.x ?? Number.POSITIVE_INFINITY) - one.x > apart);
}

/** What the time without requests let go was in use. */
function isKept({ sizes }: AllocationSeries): boolean {
  const [first, last] = [sizes[0]?.samples ?? 0, sizes.at(-1)?.samples ?? 0];
  const most = Math.max(...sizes.map(({ samples }) => samples));
  return most - last <= Math.max(PARTLY_RELEASED_COUNTS * (most - first), 2 * Math.sqrt(most));
}

/** The heap does not contradict: it grows by half as much, or this much does not show in its size. */
function mayBe({ growth, requests }: GrowingSite, most: number | null, noise: Bytes): boolean {
  const atLeast = growth.low * ((requests.at(-1) ?? 0) - (requests[0] ?? 0));
  return most === null || atLeast <= noise || most >= LEAST_OF_HEAP * growth.low;
}

function gainOf({ site: { sizes } }: GrowingSite): Bytes {
  return (sizes.at(-1)?.bytes ?? 0) - (sizes[0]?.bytes ?? 0);
}
