import type { HeapSuspect, RequestFit, WholeNumber } from '../../model/heap-growth.ts';
import { evennessOf } from '../../stats/evenness.ts';
import { STEADY } from '../leak-thresholds.ts';
import type { SnapshotInterval } from '../snapshot-intervals.ts';
import { type StoreSteps, storeSteps } from './store-steps.ts';

/** What a suspect gained between two snapshots. */
export interface Gain {
  readonly interval: SnapshotInterval;
  /** Objects, or bytes where single objects grow. */
  readonly amount: number;
}

/** How a suspect behaved from snapshot to snapshot, as answers to the questions that tell leaks from look-alikes. */
export interface GrowthBehaviour {
  readonly unit: 'objects' | 'bytes';
  /** Intervals with load, in order, and those without. */
  readonly loaded: readonly Gain[];
  readonly idle: readonly Gain[];
  /** Of the loaded intervals together. */
  readonly gained: number;
  readonly gainedBytes: number;
  /** More in the last snapshot before the idle tail than in each one before. */
  readonly growsInEveryInterval: boolean;
  /** Growth in the later loaded intervals over that in the earlier ones, per request or per time; null with a single one. */
  readonly laterOverEarlier: number | null;
  /** Smallest over largest growth, per request or per time; null with a single interval. */
  readonly evenness: number | null;
  /** What fluctuation of counted things may do to `evenness` and `laterOverEarlier` by chance. */
  readonly tolerance: number;
  /** Share of the growth that was let go while no request came; null where there was no such time. */
  readonly releasedInIdle: number | null;
  /** Of what stood there when the load ended, what is there after the idle tail, by identity; null where ids do not tell. */
  readonly survivors: number | null;
  /**
   * Share of the growth that stands there after the idle tail as other objects. What was there before the load may be
   * renewed as well: as long as there are survivors enough, the growth is kept.
   */
  readonly renewedInIdle: number;
  /** Whether the growth outlived a time without requests. */
  readonly outlivedIdle: boolean;
  /** A whole number a request in every loaded interval, and of which request. */
  readonly whole: WholeNumber | null;
  /** Share of what was born in the loaded intervals and is alive in the last snapshot; null where ids do not tell. */
  readonly cohortsAlive: number | null;
  /** A single store that grows in steps which fit steady growth; null where it is none, or has slowed down. */
  readonly steps: StoreSteps | null;
}

/** Bytes of single objects that grow: arrays and tables double, so that they fluctuate by more than what is put there. */
const BYTES_TOLERANCE = 0.1;
/** Fewer new objects than this are noise; then bytes are looked at. */
const LEAST_OBJECTS = 10;

export function growthBehaviour(suspect: HeapSuspect, intervals: readonly SnapshotInterval[]): GrowthBehaviour {
  const gainsOf = (series: readonly number[]): Gain[] =>
    intervals.map((interval, i) => ({ interval, amount: (series[i + 1] ?? 0) - (series[i] ?? 0) }));
  const isLoaded = ({ interval }: Gain): boolean => !interval.isIdle;
  const objects = gainsOf(suspect.counts).filter(isLoaded);
  const unit = total(objects) >= LEAST_OBJECTS ? 'objects' : 'bytes';
  const gains = gainsOf(unit === 'objects' ? suspect.counts : suspect.bytes);
  const loaded = gains.filter(isLoaded);
  const idle = gains.filter((gain) => !isLoaded(gain));
  const gained = total(loaded);
  const base = chooseBase(loaded);
  const whole = unit === 'objects' ? wholeNumber(loaded) : null;
  const survivors = unit === 'objects' && intervals.at(-1)?.isIdle ? (suspect.survivors ?? null) : null;
  return {
    unit,
    loaded,
    idle,
    gained,
    gainedBytes: total(gainsOf(suspect.bytes).filter(isLoaded)),
    growsInEveryInterval: loaded.length > 0 && loaded.every(({ amount }) => amount > 0),
    laterOverEarlier: laterOverEarlier(loaded, base),
    evenness: evenness(loaded, base),
    tolerance:
      unit === 'objects' ? chanceTolerance(loaded, whole?.perRequest ?? perRequestOf(loaded)) : BYTES_TOLERANCE,
    releasedInIdle: idle.length === 0 || gained <= 0 ? null : Math.max(0, -total(idle)) / gained,
    survivors,
    renewedInIdle: survivors === null || gained <= 0 ? 0 : Math.max(0, gained - survivors) / gained,
    outlivedIdle: idle.length > 0 || loaded.some(({ interval }) => interval.holdsIdleTail),
    whole,
    cohortsAlive: cohortsAlive(suspect, intervals, gained),
    steps: unit === 'bytes' ? storeSteps(suspect, loadSoFar(intervals, base)) : null,
  };
}

/** Objects of one request come together, in whatever number; where less than one comes with a request, each is counted. */
function perRequestOf(loaded: readonly Gain[]): number {
  const requests = loaded.reduce((sum, { interval }) => sum + (interval.requests ?? 0), 0);
  return requests > 0 ? Math.max(1, total(loaded) / requests) : 1;
}

/** At each snapshot: requests, or time under load, since the first. */
function loadSoFar(intervals: readonly SnapshotInterval[], base: Base): number[] {
  const reached = [0];
  for (const interval of intervals) reached.push((reached.at(-1) ?? 0) + (interval.isIdle ? 0 : base(interval)));
  return reached;
}

const MOST_TOLERANCE = 0.25;

/**
 * Which route a request takes is chance, so counts of one route are Poisson distributed: the logarithm of the ratio of
 * two such counts a and b has a standard deviation of sqrt(1/a + 1/b). Three of them stay within what is called even.
 * Where a request leaves several objects, it is the requests that are counted.
 */
function chanceTolerance(loaded: readonly Gain[], perRequest: number): number {
  const amounts = loaded.map(({ amount }) => Math.max(1, amount / perRequest));
  const deviation = Math.sqrt(1 / Math.min(...amounts) + 1 / Math.max(...amounts));
  return Math.min(MOST_TOLERANCE, Math.max(0, STEADY - Math.exp(-3 * deviation)));
}

function total(gains: readonly Gain[]): number {
  return gains.reduce((sum, { amount }) => sum + amount, 0);
}

type Base = (interval: SnapshotInterval) => number;

/**
 * Leaks grow with the requests, a few with the clock (a job that runs each minute). Requests are the base unless growth
 * is uneven by requests and even by time, or nobody counted.
 */
function chooseBase(loaded: readonly Gain[]): Base {
  const byTime: Base = ({ loadedMs }) => loadedMs;
  const byRequest: Base = ({ requests }) => requests ?? 0;
  if (loaded.some(({ interval }) => byRequest(interval) === 0)) return byTime;
  const isEven = (base: Base): boolean => (evenness(loaded, base) ?? 1) >= STEADY;
  return !isEven(byRequest) && isEven(byTime) ? byTime : byRequest;
}

function evenness(loaded: readonly Gain[], base: Base): number | null {
  return evennessOf(loaded.map(({ interval, amount }) => amount / Math.max(1, base(interval))));
}

function laterOverEarlier(loaded: readonly Gain[], base: Base): number | null {
  if (loaded.length < 2) return null;
  const half = Math.floor(loaded.length / 2);
  const rateOf = (gains: readonly Gain[]): number => {
    return (
      total(gains) /
      Math.max(
        1,
        gains.reduce((sum, { interval }) => sum + base(interval), 0),
      )
    );
  };
  const early = rateOf(loaded.slice(0, half));
  const late = rateOf(loaded.slice(-half));
  if (early <= 0) return late > 0 ? Number.MAX_VALUE : 0;
  return late / early;
}

/** In-flight requests at a snapshot move a count by a few. Not a share: of three or more a request, chance would often come as near. */
const WHOLE_TOLERANCE = 0.03;
const MOST_PER_REQUEST = 20;
/** Routes that come equally often differ by chance only: what fits no more than this worse may be it as well. */
const AS_GOOD = 0.01;

/**
 * A leak keeps 1.00, 2.00, 3.00 objects a request; noise of the engine keeps 0.1 or 0.46. Tried for every request name
 * and for all together; where several fit, the smallest number is the likeliest story.
 */
function wholeNumber(loaded: readonly Gain[]): WholeNumber | null {
  const names = new Set(loaded.flatMap(({ interval }) => [...interval.requestsByName.keys()]));
  const fits = [null, ...names].flatMap((request) => fitOf(loaded, request) ?? []);
  const ofAll = fits.find(({ request }) => request === null);
  const byNumber = [...fits].sort((a, b) => a.perRequest - b.perRequest || a.deviation - b.deviation);
  if (ofAll && ofAll.perRequest === byNumber[0]?.perRequest) return { ...ofAll, rivals: [] };
  const closest = Math.min(...fits.map(({ deviation }) => deviation));
  const [best, ...rivals] = byNumber.filter(({ deviation }) => deviation <= closest + AS_GOOD);
  return best ? { ...best, rivals } : null;
}

/** Null where it is no whole number; `deviation` is the largest of an interval, as a share. */
function fitOf(loaded: readonly Gain[], request: string | null): (RequestFit & { readonly deviation: number }) | null {
  const ratios = loaded.map(({ interval, amount }) => {
    const requests = request === null ? interval.requests : interval.requestsByName.get(request);
    return amount / (requests || Number.NaN);
  });
  const perRequest = Math.round(ratios[0] ?? Number.NaN);
  if (!(perRequest >= 1 && perRequest <= MOST_PER_REQUEST)) return null;
  const away = Math.max(...ratios.map((ratio) => Math.abs(ratio - perRequest)));
  if (!(away <= WHOLE_TOLERANCE)) return null;
  return { perRequest, request, deviation: away / perRequest };
}

function cohortsAlive(suspect: HeapSuspect, intervals: readonly SnapshotInterval[], gained: number): number | null {
  if (suspect.cohorts.length !== intervals.length || gained <= 0) return null;
  const alive = intervals.reduce((sum, { isIdle }, i) => sum + (isIdle ? 0 : (suspect.cohorts[i] ?? 0)), 0);
  return Math.min(1, alive / gained);
}
