import { blockPoints } from './blocks.ts';
import { type Point, spanOf } from './point.ts';

/** More points than this say nothing more about a trend, and cost their square. */
const MOST_POINTS = 120;
const BLOCKS = 48;
/** A collection that the program ran by itself may leave garbage that was allocated while it marked; a trough of a few of them does not. */
const PER_BLOCK = 3;

/** The size of the heap right after a major collection. */
export interface LiveSize extends Point {
  /** Ordered by us: then nothing is left that could have been collected. */
  readonly forced: boolean;
}

/** Six points are the fewest on which a rank test can say something at 1 %. */
const ENOUGH_FORCED = 6;

/**
 * What really lives, as a series: the lower envelope of the sizes after major collections.
 *
 *     used    /|  /|  /| /|
 *            / | / | / |/ |        a sawtooth whose tips say nothing;
 *     live  *  |*  |*  *  |*       the points after collections do
 *
 * Forced collections are exact and serve alone where there are enough of them. Otherwise the lowest of every few
 * collections is taken, since one that ran beside the program keeps what was allocated meanwhile, and finalisers lag.
 */
export function lowerEnvelope(sizes: readonly LiveSize[]): Point[] {
  const forced = sizes.filter((size) => size.forced);
  if (forced.length >= ENOUGH_FORCED) return thin(forced);
  const blocks = Math.min(BLOCKS, Math.floor(sizes.length / PER_BLOCK));
  if (blocks < ENOUGH_FORCED) return sizes.map(({ x, y }) => ({ x, y }));
  return blockPoints(sizes, spanOf(sizes) / (blocks - 0.5), lowest);
}

/**
 * The same where collections are not told: the troughs of a sawtooth. A fall by more than a tenth of the range is a
 * collection; the lowest point between two rises of that size is what lived through it.
 */
export function troughs(used: readonly Point[]): Point[] {
  const values = used.map(({ y }) => y);
  const tooth = (Math.max(...values) - Math.min(...values)) / 10;
  const found: Point[] = [];
  let crest = Number.NEGATIVE_INFINITY;
  let trough: Point | null = null;
  for (const point of used) {
    if (trough === null) {
      // Climbing: wait for a fall.
      crest = Math.max(crest, point.y);
      if (crest - point.y > tooth) trough = point;
    } else if (point.y < trough.y) {
      trough = point;
    } else if (point.y - trough.y > tooth) {
      found.push(trough);
      trough = null;
      crest = point.y;
    }
  }
  return found;
}

function thin(points: readonly Point[]): Point[] {
  if (points.length <= MOST_POINTS) return points.map(({ x, y }) => ({ x, y }));
  return blockPoints(points, spanOf(points) / BLOCKS, lowest);
}

function lowest(values: readonly number[]): number {
  return Math.min(...values);
}
