import type { Share } from '../../model/units.ts';
import type { RunView } from '../run-view.ts';
import { isInside } from '../spans.ts';
import { capturing, isSeen, plannedViews } from './find-gaps.ts';

/** Planned samples in which all was seen that was planned, 0 to 1: what a gap, a lost connection or a suspended machine cost. */
export function coverageShare(view: RunView): Share {
  const { run, whole, sampleIntervalMs } = view;
  const plannedCount = Math.floor((whole.toMs - whole.fromMs) / sampleIntervalMs);
  const sides = plannedViews(view);
  const busy = capturing(view).map(({ fromMs, toMs }) => ({
    fromMs: fromMs - sampleIntervalMs,
    toMs: toMs + sampleIntervalMs,
  }));
  const seen = run.samples.filter((sample) =>
    sides.every((side) => isSeen(sample, side) || (side === 'inside' && isInside(busy, sample.monoMs))),
  );
  if (plannedCount <= 0) return seen.length > 0 ? 1 : 0;
  // Samples off the beat (at checkpoints) do not fill a gap: each planned moment counts once.
  const moments = new Set(seen.map(({ monoMs }) => Math.round((monoMs - whole.fromMs) / sampleIntervalMs)));
  return Math.min(1, moments.size / plannedCount);
}
