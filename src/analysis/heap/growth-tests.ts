import type { HeapSuspect, WholeNumber } from '../../model/heap-growth.ts';
import { evennessOf } from '../../stats/evenness.ts';
import { STEADY } from '../leak-thresholds.ts';
import type { SnapshotInterval } from '../snapshot-intervals.ts';
import { type StoreSteps, storeSteps } from './store-steps.ts';
import { requestsOf, wholeNumber } from './whole-number.ts';

/** What a suspect gained between two snapshots. */
export interface Gain {
  readonly interval: SnapshotInterval;
  /** Objects, or bytes where single objects grow. */
  readonly amount: number;
}

/** How a suspect behaved from snapshot to snapshot, as answers to the questions that tell leaks from look-alikes. */
export interface GrowthBehaviour {
  readonly unit: 'objects' | 'bytes';
  /** Intervals with load enough to compare, in order, and those without any. */
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
  /** Share of the growth that was released while no request came; null if there was no such time. */
  readonly releasedInIdle: number | null;
  /**
   * The share of the objects at the end of the load that is left after the idle tail, by identity; null if ids do not show
   * it.
   */
  readonly survivors: number | null;
  /**
   * Share of the growth that stands there after the idle tail as other objects. What was there before the load may be
   * renewed as well: as long as there are survivors enough, the growth is kept.
   */
  readonly renewedInIdle: number;
  /** Whether the growth outlived a time without requests. */
  readonly outlivedIdle: boolean;
  /** A whole number a request in every loaded interval (or in those since it began), and of which request. */
  readonly whole: WholeNumber | null;
  /**
   * Share of the objects created in the loaded intervals that are alive in the last snapshot; null if ids do not show it.
   */
  readonly cohortsAlive: number | null;
  /** A single store that grows in steps which fit steady growth; null if it is none, or has slowed down. */
  readonly steps: StoreSteps | null;
}

/** Bytes of single objects that grow: arrays and tables double, so that they fluctuate by more than what is put there. */
const BYTES_TOLERANCE = 0.1;
/** Fewer new objects than this are noise; then bytes are looked at. */
const LEAST_OBJECTS = 10;

export function growthBehaviour(suspect: HeapSuspect, intervals: readonly SnapshotInterval[]): GrowthBehaviour {
  const gainsOf = (series: readonly number[]): Gain[] =>
    intervals.map((interval, i) => ({ interval, amount: (series[i + 1] ?? 0) - (series[i] ?? 0) }));
  const isLoaded = ofLoad(intervals);
  const objects = gainsOf(suspect.counts).filter(isLoaded);
  const unit = total(objects) >= LEAST_OBJECTS ? 'objects' : 'bytes';
  const gains = gainsOf(unit === 'objects' ? suspect.counts : suspect.bytes);
  const loaded = gains.filter(isLoaded);
  const idle = gains.filter(({ interval }) => interval.isIdle);
  const gained = total(loaded);
  const whole = unit === 'objects' ? wholeNumber(loaded) : null;
  const base: Base = whole ? (interval) => requestsOf(interval, whole) : chooseBase(loaded);
  // One that begins in the middle is judged from there on.
  const judged = loaded.slice(whole?.since ?? 0);
  const survivors = unit === 'objects' && intervals.at(-1)?.isIdle ? (suspect.survivors ?? null) : null;
  return {
    unit,
    loaded,
    idle,
    gained,
    gainedBytes: total(gainsOf(suspect.bytes).filter(isLoaded)),
    growsInEveryInterval: judged.length > 0 && judged.every(({ amount }) => amount > 0),
    laterOverEarlier: laterOverEarlier(judged, base),
    evenness: evenness(judged, base),
    tolerance:
      unit === 'objects' ? chanceTolerance(judged, whole?.perRequest ?? perRequestOf(judged)) : BYTES_TOLERANCE,
    releasedInIdle: idle.length === 0 || gained <= 0 ? null : Math.max(0, -total(idle)) / gained,
    survivors,
    renewedInIdle: survivors === null || gained <= 0 ? 0 : Math.max(0, gained - survivors) / gained,
    outlivedIdle: idle.length > 0 || gains.some(({ interval }) => interval.holdsIdleTail),
    whole,
    cohortsAlive: cohortsAlive(suspect, intervals, gained),
    steps: unit === 'bytes' ? storeSteps(suspect, loadSoFar(intervals, base)) : null,
  };
}

/** Which gains count: those of the intervals with load, without those of hardly any where others are left to compare. */
function ofLoad(intervals: readonly SnapshotInterval[]): (gain: Gain) => boolean {
  const areEnough = intervals.filter(({ isIdle, tells }) => !isIdle && tells).length > 1;
  return ({ interval }) => !interval.isIdle && (interval.tells || !areEnough);
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

function cohortsAlive(suspect: HeapSuspect, intervals: readonly SnapshotInterval[], gained: number): number | null {
  if (suspect.cohorts.length !== intervals.length || gained <= 0) return null;
  const alive = intervals.reduce((sum, { isIdle }, i) => sum + (isIdle ? 0 : (suspect.cohorts[i] ?? 0)), 0);
  return Math.min(1, alive / gained);
}
