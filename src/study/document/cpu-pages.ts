import type { CpuWork } from '../../analysis/run-data.ts';
import { type CallTree, weightedTree } from '../../cpu/call-tree.ts';
import { hottestFrames, namedPlace, timeShares, timesByFunction } from '../../cpu/function-times.ts';
import { CPU_LIMITS, layWindows } from '../../cpu/lay-windows.ts';
import type { FlameWindows } from '../../model/flame-windows.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import type { HotFunction } from '../../model/report-document.ts';
import type { MonoMs, Share } from '../../model/units.ts';
import { frameKey } from '../../model/weighted-tree.ts';

/** A stretch of the run under load, with what its CPU windows saw. */
export interface CpuStretch {
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  /** Requests answered in it; null if not counted. */
  readonly requests: number | null;
  readonly tree: CallTree;
}

/** What the CPU windows come to: all of them together, each of them, and the first and the last stretch under load. */
export interface CpuSummary {
  readonly whole: CallTree;
  readonly stretches: readonly CpuStretch[];
  readonly first: CpuStretch;
  /** Null if there was one stretch only. */
  readonly last: CpuStretch | null;
  readonly work: CpuWork;
}

/** The flame graphs of all windows, for the page to draw any of them. */
export function cpuFlames({ stretches }: CpuSummary, placeOf: PlaceOf, startMonoMs: MonoMs): FlameWindows {
  const windows = stretches.map((stretch) => ({
    startSec: (stretch.startMonoMs - startMonoMs) / 1000,
    endSec: (stretch.endMonoMs - startMonoMs) / 1000,
    requests: stretch.requests,
    tree: weightedTree(stretch.tree),
  }));
  return layWindows('cpu', 'microseconds', windows, placeOf, CPU_LIMITS);
}

export function hotFunctions({ whole, first, last }: CpuSummary, placeOf: PlaceOf, limit: number): HotFunction[] {
  const activeUs = timeShares(whole).activeUs || 1;
  const inFirst = last && selfShares(first.tree);
  const inLast = last && selfShares(last.tree);
  return hottestFrames(whole, limit).map(({ frame, selfUs, totalUs }) => ({
    ...namedPlace(frame, placeOf),
    selfUs,
    totalUs,
    selfShare: selfUs / activeUs,
    totalShare: totalUs / activeUs,
    firstSelfShare: inFirst && (inFirst.get(frameKey(frame)) ?? 0),
    lastSelfShare: inLast && (inLast.get(frameKey(frame)) ?? 0),
  }));
}

/** Of a deep profile, few functions have time of their own. */
function selfShares(tree: CallTree): ReadonlyMap<string, Share> {
  const activeUs = timeShares(tree).activeUs || 1;
  const shares = new Map<string, Share>();
  timesByFunction(tree).selfUs.forEach((us, index) => {
    const frame = tree.functions[index];
    if (us > 0 && frame !== undefined) shares.set(frameKey(frame), us / activeUs);
  });
  return shares;
}
