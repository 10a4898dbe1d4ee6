import { SERIES } from '../../words/checks/heap-suspects.ts';
import type { CheckContext } from '../check.ts';
import { isStraightLine } from '../leak-thresholds.ts';
import { idleTailSizes } from '../live-heap.ts';
import type { TableEntry } from '../trend-table.ts';

/** What the sizes of the heap after collections say (or of the buffers outside it), all objects together. */
export interface AfterCollection {
  /** At the start of a sentence. */
  readonly what: string;
  /** Null if there were too few collections to say anything. */
  readonly entry: TableEntry | null;
  /** Grows on a straight line, the second half about as fast as the first. */
  readonly isLinear: boolean;
  readonly isGrowing: boolean;
  /** Share of the growth that the idle tail released; null if there was none to look at. */
  readonly releasedInIdle: number | null;
}

/** After collections there is little noise: a hundredth of the heap is a trend that can be trusted, if it is one. */
const LEAST_SHARE = 0.01;
const LEAST_GROWTH_BYTES = 100_000;

export function afterCollection(
  context: CheckContext,
  series: 'heap.live' | 'heap.external' = 'heap.live',
): AfterCollection {
  const entry = context.trends.judge(series, { leastShare: LEAST_SHARE, leastGrowth: LEAST_GROWTH_BYTES });
  const what = series === 'heap.live' ? SERIES.heap : SERIES.buffers;
  if (!entry) return { what, entry: null, isLinear: false, isGrowing: false, releasedInIdle: null };
  const { trend, verdict } = entry;
  const isGrowing = verdict === 'growing';
  const isLinear = isGrowing && isStraightLine(trend);
  return {
    what,
    entry,
    isLinear,
    isGrowing,
    releasedInIdle: series === 'heap.live' ? released(context, trend.slope * trend.span) : null,
  };
}

function released(context: CheckContext, grownBytes: number): number | null {
  const sizes = idleTailSizes(context);
  if (sizes === null || grownBytes <= 0) return null;
  return Math.max(0, sizes.before - sizes.after) / grownBytes;
}
