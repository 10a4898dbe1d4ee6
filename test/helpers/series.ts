import type { Point } from '../../src/stats/point.ts';

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box-Muller). */
export function seededNormal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export interface SeriesPlan {
  readonly seed: number;
  readonly points: number;
  /** Between neighbours; 1 where not given. */
  readonly stepX?: number;
  readonly level?: number;
  /** Standard deviation of the noise. */
  readonly noise?: number;
  /** Lag-1 autocorrelation of the noise. */
  readonly persistence?: number;
  /** What the service itself does: from 0 to 1 over the run, added to the level. */
  readonly shape?: (share: number) => number;
}

/** A series with AR(1) noise whose deviation is `noise`, whatever its persistence. */
export function makeSeries(plan: SeriesPlan): Point[] {
  const { seed, points, stepX = 1, level = 100, noise = 1, persistence = 0, shape = () => 0 } = plan;
  const normal = seededNormal(seed);
  let state = normal();
  return Array.from({ length: points }, (_, i) => {
    state = persistence * state + Math.sqrt(1 - persistence ** 2) * normal();
    return { x: i * stepX, y: level + shape(i / Math.max(1, points - 1)) + noise * state };
  });
}

/** How often something is true of a hundred seeds, from `first` on. */
export function rateOver(seeds: number, isTrue: (seed: number) => boolean, first: number = 1): number {
  let count = 0;
  for (let seed = first; seed < first + seeds; seed += 1) if (isTrue(seed)) count += 1;
  return count / seeds;
}
