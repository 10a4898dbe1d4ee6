import type { CpuWork } from '../../analysis/run-data.ts';
import { type CallTree, weightedTree } from '../../cpu/call-tree.ts';
import { hottestFunctions, timeShares } from '../../cpu/function-times.ts';
import { CPU_LIMITS, layWindows } from '../../cpu/lay-windows.ts';
import type { FlameWindows } from '../../model/flame-windows.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import type { HotFunction } from '../../model/report-document.ts';
import type { MonoMs } from '../../model/units.ts';

/** A stretch of the run under load, with what its CPU windows saw. */
export interface CpuStretch {
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  /** Requests answered in it; null where nobody counted. */
  readonly requests: number | null;
  readonly tree: CallTree;
}

/** What the CPU windows come to: all of them together, each of them, and the first and the last stretch under load. */
export interface CpuSummary {
  readonly whole: CallTree;
  readonly stretches: readonly CpuStretch[];
  readonly first: CpuStretch;
  /** Null where there was one stretch only. */
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
  const shareIn = (stretch: CpuStretch | null): ((key: string) => number | null) => {
    if (!stretch || !last) return () => null;
    const stretchActiveUs = timeShares(stretch.tree).activeUs || 1;
    const selfUs = new Map(hottestFunctions(stretch.tree, placeOf).map((one) => [keyOf(one), one.selfUs]));
    return (key) => (selfUs.get(key) ?? 0) / stretchActiveUs;
  };
  const inFirst = shareIn(first);
  const inLast = shareIn(last);
  return hottestFunctions(whole, placeOf, limit).map((one) => ({
    ...one,
    selfShare: one.selfUs / activeUs,
    totalShare: one.totalUs / activeUs,
    firstSelfShare: inFirst(keyOf(one)),
    lastSelfShare: inLast(keyOf(one)),
  }));
}

function keyOf({ name, place }: Pick<HotFunction, 'name' | 'place'>): string {
  return place ? `${place.file}:${place.line}:${place.column} ${name}` : name;
}
