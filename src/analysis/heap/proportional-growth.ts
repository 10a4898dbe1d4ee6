import { leastSquares } from '../../stats/least-squares.ts';
import type { Point } from '../../stats/point.ts';
import type { Proportional } from '../../words/checks/js-heap.ts';
import { RELEASED_SHARE } from '../leak-thresholds.ts';
import { idleTailSizes, liveHeapSizes } from '../live-heap.ts';
import type { RunView } from '../run-view.ts';
import { workClock } from '../traffic.ts';

/** The live heap grew by so much with the requests that no report may call it fine, whatever else is known. */
export interface ProportionalGrowth extends Proportional {
  readonly bytesPerRequest: number;
}

const MATERIAL_SHARE = 0.1;
const LEAST_BYTES = 1_000_000;
const LEAST_POINTS = 3;
const PROPORTIONAL = 0.9;
/** The later half of the requests brought this share of what the earlier half brought, or more: a cache that fills brings less. */
const LEAST_LATER = 0.5;

/**
 * Sizes after forced collections over the requests served, in one life of the process: growth by more than a tenth, on a
 * line through three points at least, that the time without requests did not give back. It accuses nobody by itself (a
 * cache that fills looks the same), but a run that ends so is no pass. Null where there is nothing of the kind.
 */
export function proportionalGrowth(view: RunView): ProportionalGrowth | null {
  const work = workClock(view.run, view.judged);
  if (work === null || view.restartTimesMs.length > 0) return null;
  const sizes = liveHeapSizes(view).filter(({ forced }) => forced);
  const points = sizes.map(({ atMs, y }): Point => ({ x: work.requestsAt(atMs), y })).sort((a, b) => a.x - b.x);
  const moments = lowestOfEach(points);
  if (moments.length < LEAST_POINTS) return null;
  const { slope, rSquared, intercept } = leastSquares(moments);
  const [from, to] = [moments[0]?.x ?? 0, moments.at(-1)?.x ?? 0];
  const [first, last] = [intercept + slope * from, intercept + slope * to];
  const grown = last - first;
  if (grown < Math.max(LEAST_BYTES, MATERIAL_SHARE * first) || rSquared < PROPORTIONAL) return null;
  if (laterShare(moments, from, to) < LEAST_LATER) return null;
  const idle = idleTailSizes(view);
  if (idle !== null && idle.before - idle.after >= RELEASED_SHARE * grown) return null;
  return {
    from: first,
    to: last,
    rSquared,
    collections: moments.length,
    outlivedIdle: idle !== null,
    bytesPerRequest: slope,
  };
}

/** The lowest of those between which hardly a request came: finalisers lag. */
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

/** Growth in the later half of the requests over that in the earlier half; 1 where too few points lie in one. */
function laterShare(points: readonly Point[], from: number, to: number): number {
  const middle = (from + to) / 2;
  const early = points.filter(({ x }) => x <= middle);
  const late = points.filter(({ x }) => x >= middle);
  if (early.length < 2 || late.length < 2) return 1;
  const [a, b] = [leastSquares(early).slope, leastSquares(late).slope];
  return a > 0 ? b / a : 1;
}
