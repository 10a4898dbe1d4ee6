import type { RunView } from './run-view.ts';

/** Samples taken over samples planned, 0 to 1: what a gap, a stalled target or a suspended machine cost. */
export function coverageOf({ run, whole, sampleIntervalMs }: RunView): number {
  const plannedCount = Math.floor((whole.toMs - whole.fromMs) / sampleIntervalMs);
  if (plannedCount <= 0) return run.samples.length > 0 ? 1 : 0;
  // Samples off the beat (at checkpoints) do not fill a gap: each planned moment counts once.
  const moments = new Set(run.samples.map(({ monoMs }) => Math.round((monoMs - whole.fromMs) / sampleIntervalMs)));
  return Math.min(1, moments.size / plannedCount);
}
