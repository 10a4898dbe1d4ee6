import type { Bytes } from '../../model/units.ts';
import { testLine } from '../../stats/few-points.ts';
import { leastSquares } from '../../stats/least-squares.ts';
import type { Point } from '../../stats/point.ts';
import type { Proportional } from '../../words/checks/js-heap.ts';
import { RELEASED_SHARE } from '../leak-thresholds.ts';
import { idleTailSizes, liveHeapSizes } from '../live-heap.ts';
import { workClock } from '../rests-of-traffic.ts';
import type { RunView } from '../run-view.ts';

/** Growth of the live heap with the requests that prevents a pass, whatever else is known. */
export interface ProportionalGrowth extends Proportional {
  readonly bytesPerRequest: number;
  /** How likely noise alone makes such a line. */
  readonly pByChance: number;
}

const MATERIAL_SHARE = 0.1;
/** Of a heap of 800 MB a tenth is too much to wait for. */
const MATERIAL_BYTES = 10_000_000;
const LEAST_BYTES = 1_000_000;
const LEAST_POINTS = 3;
const TWO_ERRORS = 2;
const PROPORTIONAL = 0.9;
/** What requests in progress hold differs from one size to the next: a test of the line, and another signal, say more. */
const STRAIGHT_UNDER_LOAD = 0.7;
/**
 * The later half of the requests brought this share of what the earlier half brought, or more: a cache that fills brings
 * less.
 */
const LEAST_LATER = 0.5;

/**
 * Sizes after forced collections over the requests served, in one life of the process, on a line through three points at
 * least, that the time without requests did not give back. Null if there is nothing of the kind. `loadedOnly`: what requests
 * in progress hold is in all of the sizes; where the line is all that there is, the ones without it would bend it.
 */
export function lineOverRequests(
  view: RunView,
  { loadedOnly }: { readonly loadedOnly: boolean },
): ProportionalGrowth | null {
  const moments = momentsOf(view, { loadedOnly });
  if (moments === null || moments.length < LEAST_POINTS) return null;
  const { slope, rSquared, intercept } = leastSquares(moments);
  const [from, to] = [moments[0]?.x ?? 0, moments.at(-1)?.x ?? 0];
  const [first, last] = [intercept + slope * from, intercept + slope * to];
  const grown = last - first;
  if (
    grown <= 0 ||
    rSquared < (loadedOnly ? STRAIGHT_UNDER_LOAD : PROPORTIONAL) ||
    laterShare(moments, from, to) < LEAST_LATER
  )
    return null;
  const idle = idleTailSizes(view);
  if (idle !== null && idle.before - idle.after >= RELEASED_SHARE * grown) return null;
  return {
    from: first,
    to: last,
    rSquared,
    collections: moments.length,
    outlivedIdle: idle !== null,
    bytesPerRequest: slope,
    pByChance: testLine(moments).pLine,
  };
}

/**
 * By how much the size after forced collections rose, from the lower of the first two to the lower of the last two of the
 * run; null with too few of them. Not how straight: compiled code and caches of the engine come and go by as much as little
 * leaks in a minute.
 */
export function riseOfHeap(view: RunView): Bytes | null {
  const moments = momentsOf(view, { loadedOnly: false });
  if (moments === null || moments.length <= LEAST_POINTS) return null;
  const lowest = (some: readonly Point[]): Bytes => Math.min(...some.map(({ y }) => y));
  return lowest(moments.slice(-2)) - lowest(moments.slice(0, 2));
}

/** How fast the sizes after forced collections grow a request, at most (97.5 %); null with too few of them. */
export function mostPerRequest(view: RunView): number | null {
  const moments = momentsOf(view, { loadedOnly: false });
  if (moments === null || moments.length <= LEAST_POINTS) return null;
  const { slope, intercept } = leastSquares(moments);
  const meanX = moments.reduce((sum, { x }) => sum + x, 0) / moments.length;
  const spreadX = moments.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const residual = moments.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0);
  return spreadX > 0 ? slope + TWO_ERRORS * Math.sqrt(residual / (moments.length - 2) / spreadX) : null;
}

/** From here on a heap is large: snapshots are refused, and a tenth of it is more than a leak of a day. */
const LARGE_BYTES = 100_000_000;
const SURE_OF_LINE = 0.005;

/**
 * The same where it is more than a tenth of the heap. It accuses nobody by itself (a cache that fills looks the same), but a
 * run that ends so is no pass. Of a large heap of which nothing else could be looked at, any line that is no chance is
 * enough.
 */
export function proportionalGrowth(view: RunView): ProportionalGrowth | null {
  const line = lineOverRequests(view, { loadedOnly: false });
  const material = Math.max(LEAST_BYTES, Math.min(MATERIAL_SHARE * (line?.from ?? 0), MATERIAL_BYTES));
  if (line !== null && line.to - line.from >= material) return line;
  const { heapGrowth, allocationReadings } = view.run;
  if (heapGrowth !== null || allocationReadings) return null;
  const loaded = lineOverRequests(view, { loadedOnly: true });
  if (loaded === null || loaded.from < LARGE_BYTES || loaded.pByChance > SURE_OF_LINE) return null;
  return loaded.to - loaded.from < LEAST_BYTES ? null : loaded;
}

/** Sizes after forced collections over requests, in the only life of the process. */
function momentsOf(view: RunView, { loadedOnly }: { readonly loadedOnly: boolean }): Point[] | null {
  const work = workClock(view.run, view.judged);
  if (work === null || view.restartTimesMs.length > 0) return null;
  const untilMs = loadedOnly && view.idleTail ? view.idleTail.fromMs : Number.POSITIVE_INFINITY;
  const sizes = liveHeapSizes(view).filter(({ forced, atMs }) => forced && atMs <= untilMs);
  return lowestOfEach(sizes.map(({ atMs, y }): Point => ({ x: work.requestsAt(atMs), y })).sort((a, b) => a.x - b.x));
}

/** The lowest of the sizes with almost no request between them: finalisers lag. */
function lowestOfEach(points: readonly Point[]): Point[] {
  const apart = ((points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0)) / 50;
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (last === undefined || point.x - last.x > apart) kept.push(point);
    else if (point.y < last.y) kept[kept.length - 1] = { x: last.x, y: point.y };
  }
  return kept;
}

/** Growth in the later half of the requests over that in the earlier half; 1 if too few points lie in one. */
function laterShare(points: readonly Point[], from: number, to: number): number {
  const middle = (from + to) / 2;
  const early = points.filter(({ x }) => x <= middle);
  const late = points.filter(({ x }) => x >= middle);
  if (early.length < 2 || late.length < 2) return 1;
  const [a, b] = [leastSquares(early).slope, leastSquares(late).slope];
  return a > 0 ? b / a : 1;
}
