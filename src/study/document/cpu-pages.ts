import type { CpuWork } from '../../analysis/run-data.ts';
import { buildFlame, buildFlameDiff } from '../../cpu/build-flame.ts';
import type { CallTree } from '../../cpu/call-tree.ts';
import { commonBase } from '../../cpu/compare-trees.ts';
import { hottestFunctions, timeShares } from '../../cpu/function-times.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import type { HotFunction, ReportFlame } from '../../model/report-document.ts';
import type { MonoMs } from '../../model/units.ts';
import { FLAME_TITLE, flameAgainst, flameDetail } from '../../words/report/timeline.ts';

/** A stretch of the run under load, with what its CPU windows saw. */
export interface CpuStretch {
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  /** Requests answered in it; null where nobody counted. */
  readonly requests: number | null;
  readonly tree: CallTree;
}

/** What the CPU windows come to: all of them together, and the first and the last stretch under load. */
export interface CpuSummary {
  readonly whole: CallTree;
  readonly first: CpuStretch;
  /** Null where there was one stretch only. */
  readonly last: CpuStretch | null;
  readonly work: CpuWork;
}

const FLAME_LIMITS = { maxNodes: 6000, minShare: 0.001 } as const;

/** Flame graphs of the first and of the last stretch, and their difference per request. */
export function flamePages({ first, last }: CpuSummary, placeOf: PlaceOf, startMonoMs: MonoMs): ReportFlame[] {
  const page = (id: string, title: string, stretch: CpuStretch): ReportFlame => ({
    id,
    title,
    detail: detailOf(stretch, startMonoMs),
    root: buildFlame(stretch.tree, placeOf, FLAME_LIMITS),
  });
  if (!last) return [page('first', FLAME_TITLE.whole, first)];
  const base = commonBase(first.tree, last.tree, { before: first.requests, after: last.requests });
  return [
    page('first', FLAME_TITLE.first, first),
    page('last', FLAME_TITLE.last, last),
    {
      id: 'diff',
      title: base.per === 'request' ? FLAME_TITLE.perRequest : FLAME_TITLE.perSecond,
      detail: flameAgainst(detailOf(first, startMonoMs), detailOf(last, startMonoMs)),
      root: buildFlameDiff(first.tree, last.tree, base, placeOf, FLAME_LIMITS),
    },
  ];
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

function detailOf({ startMonoMs, endMonoMs, requests, tree }: CpuStretch, runStartMonoMs: MonoMs): string {
  return flameDetail({
    fromMs: startMonoMs - runStartMonoMs,
    toMs: endMonoMs - runStartMonoMs,
    requests,
    samples: tree.samples,
  });
}
