import type { Milliseconds } from '../model/units.ts';
import { type Random, randomExponential } from './random.ts';
import type { OpenLoad, Stage } from './scenario.ts';

/** The moments of the arrivals, in milliseconds after the start of the load, in order. */
export interface Arrivals {
  /** The next one; null after the end of the load. */
  readonly next: () => Milliseconds | null;
}

/**
 * Arrivals by absolute time: the k-th one (from 0) comes when the integral of the rate reaches k. Each moment is
 * computed from the start, never from the one before, so nothing drifts and nothing is skipped.
 * Poisson arrivals are the same curve at the sums of unit exponentials (time-rescaling theorem), so they follow
 * ramps too. The first constant arrival comes at 0.
 */
export function scheduleArrivals(load: OpenLoad, random: Random): Arrivals {
  const endMs = load.durationMs ?? Number.POSITIVE_INFINITY;
  const timeOf = inverseOfArrivals(load.stages);
  let reached = load.arrivals === 'poisson' ? randomExponential(random) : 0;
  return {
    next() {
      const atMs = timeOf(reached);
      if (atMs >= endMs) return null;
      reached += load.arrivals === 'poisson' ? randomExponential(random) : 1;
      return atMs;
    },
  };
}

/** The stage that a moment lies in; the last one after the end. */
export function stageAt(stages: readonly Stage[], atMs: Milliseconds): Stage | undefined {
  let endMs = 0;
  for (const stage of stages) {
    endMs += stage.durationMs ?? Number.POSITIVE_INFINITY;
    if (atMs < endMs) return stage;
  }
  return stages.at(-1);
}

/** Users or rate at a moment: a stage moves linearly from the level before to its own, the first one holds its own. */
export function levelAt(stages: readonly Stage[], atMs: Milliseconds): number {
  let startMs = 0;
  let from = stages[0]?.level ?? 0;
  for (const { level, durationMs, jump } of stages) {
    const lengthMs = durationMs ?? Number.POSITIVE_INFINITY;
    if (jump) from = level;
    if (atMs < startMs + lengthMs) return from + (level - from) * ((atMs - startMs) / lengthMs);
    startMs += lengthMs;
    from = level;
  }
  return from;
}

/**
 * Within a stage of length T whose rate goes from a to b the arrivals since its start are
 * N(t) = a t + (b - a) t^2 / (2 T), so t = 2 N / (a + sqrt(a^2 + 2 N (b - a) / T)): the root written so that it
 * also holds for a = b and loses no digits when b - a is small. Callers ask in rising order, so stages are left behind.
 */
function inverseOfArrivals(stages: readonly Stage[]): (count: number) => Milliseconds {
  let index = 0;
  let stageStartMs = 0;
  let countBefore = 0;
  let from = (stages[0]?.level ?? 0) / 1000;
  return (count) => {
    for (;;) {
      const stage = stages[index];
      if (!stage) return from > 0 ? stageStartMs + (count - countBefore) / from : Number.POSITIVE_INFINITY;
      const to = stage.level / 1000;
      if (stage.jump) from = to;
      const lengthMs = stage.durationMs ?? Number.POSITIVE_INFINITY;
      const inStage = lengthMs === Number.POSITIVE_INFINITY ? lengthMs : ((from + to) / 2) * lengthMs;
      const wanted = count - countBefore;
      if (wanted < inStage) {
        const slope = lengthMs === Number.POSITIVE_INFINITY ? 0 : (to - from) / lengthMs;
        const root = Math.sqrt(Math.max(0, from * from + 2 * wanted * slope));
        return wanted === 0 ? stageStartMs : stageStartMs + (2 * wanted) / (from + root);
      }
      stageStartMs += lengthMs;
      countBefore += inStage;
      from = to;
      index++;
    }
  };
}
