import { median } from './order-statistics.ts';
import { type Point, spanOf } from './point.ts';

const LONGEST_BLOCK_MS = 600_000;
const BLOCKS_WANTED = 48;

/**
 * How long a block is: 10 minutes in a night (48 blocks in 8 h), shorter in short runs, never less than two samples.
 * Blocks make neighbours nearly independent and a rank test of n^2 pairs cheap.
 */
export function blockWidthMs(spanMs: number, sampleIntervalMs: number): number {
  return Math.min(LONGEST_BLOCK_MS, Math.max(spanMs / BLOCKS_WANTED, 2 * sampleIntervalMs));
}

/** One point a block: the middle of its x, and `reduce` of its values. Blocks without a point are left out. */
export function blockPoints(
  points: readonly Point[],
  width: number,
  reduce: (values: readonly number[]) => number = median,
): Point[] {
  const start = points[0]?.x ?? 0;
  const blocks = new Map<number, Point[]>();
  for (const point of points) {
    const index = width > 0 ? Math.floor((point.x - start) / width) : 0;
    const block = blocks.get(index);
    if (block) block.push(point);
    else blocks.set(index, [point]);
  }
  return [...blocks.values()].map((block) => ({
    x: (block[0]?.x ?? 0) + spanOf(block) / 2,
    y: reduce(block.map(({ y }) => y)),
  }));
}
