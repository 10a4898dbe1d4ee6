import { type Confidence, type Evidence, type Growth, UNKNOWN } from '../../model/finding.ts';
import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import { perHour } from '../../model/units.ts';
import { recommend } from '../../words/advice.ts';
import { caseAdvice } from '../../words/case-advice.ts';
import { notShrunk } from '../../words/checks/heap-suspects.ts';
import * as say from '../../words/checks/heap-unnamed.ts';
import { holderText } from '../../words/holder.ts';
import { code } from '../../words/terms.ts';
import type { CheckContext, FindingDraft } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { LONG_LINE_MS, PARTLY_RELEASED_SHARE, RELEASED_SHARE, SHORT_RUN_MS } from '../leak-thresholds.ts';
import { memoryTimeToLimit, type Rate, seriesGrowth } from '../limits.ts';
import { workClock } from '../rests-of-traffic.ts';
import { coveredMs } from '../spans.ts';
import type { AfterCollection } from './after-collection.ts';
import { isOfBuffers } from './buffer-site.ts';
import { classesGrowingAnywhere, type GrowingClass, growingClasses } from './class-growth.ts';
import { type GrowingSite, type SiteLeak, siteLeak } from './growing-sites.ts';
import { type NamedSite, nameSite } from './name-site.ts';
import { perRequest } from './per-request.ts';
import type { ProportionalGrowth } from './proportional-growth.ts';

export interface UnnamedLeak {
  readonly finding: FindingDraft;
  /** It grows with the requests, and it is unknown what grows: not a pass. */
  readonly isOpen: boolean;
  /** Over the requests, where functions agree with it. */
  readonly line: ProportionalGrowth | null;
}

/**
 * The heap after collections grows and no suspect of the snapshots explains it: there were no snapshots, they could not
 * be compared, or what grew is spread too thin. The classes that were counted and the allocation stacks that grew say
 * what piles up and who makes it; who holds it stays open. A trend of the whole is too coarse for a large heap, and for
 * small objects: there the live objects of one function must grow, and the heap or the source must agree.
 */
export function unnamedHeapLeak(
  context: CheckContext,
  heap: AfterCollection,
  snapshots: { readonly hasSuspect: boolean },
): UnnamedLeak | null {
  if (snapshots.hasSuspect) return null;
  const { heapGrowth } = context.run;
  const compared = heapGrowth !== null;
  const bySites = compared ? null : siteLeak(context);
  // What noise a flat heap let go says nothing about what one function keeps.
  const isReleased = (heap.releasedInIdle ?? 0) > RELEASED_SHARE && (heap.isGrowing || bySites === null);
  if (isReleased || !(heap.isGrowing || bySites)) return null;
  const grown = heapGrowth ? classesGrowingAnywhere(context, heapGrowth) : growingClasses(context);
  const named = nameSite(context, bySites, grown[0] ?? null);
  // What they hold outside of the heap is the leak to name, and a check of its own does.
  if (bySites && isOfBuffers(named) && growsOutside(context)) return null;
  const kept = heap.releasedInIdle !== null && heap.releasedInIdle < PARTLY_RELEASED_SHARE;
  const isSure = isSureOfLine(heap, { kept, agree: !compared || grown.length > 0 });
  // Where no class was counted, all that speaks against a cache that fills is that nothing takes away what is kept there.
  // What the whole of a large heap says in a short run is too little to outweigh that.
  const isVisible = heap.isGrowing || bySites?.heap != null;
  const isOutweighed = areCounted(grown, isVisible) || (isSure && (heap.entry?.trend.level ?? 0) < LARGE_HEAP_BYTES);
  const { bounded, open } = named.doubts;
  const doubt = compared ? null : (bounded ?? (isOutweighed ? null : open));
  const agree = bySites !== null && named.isClear && bySites.windows >= ENOUGH_WINDOWS;
  const confidence: Confidence = doubt === null && (isSure || agree) ? 'likely' : 'possible';
  const growing = bySites?.sites.find((one) => one.site.place === named.site?.place) ?? null;
  const kind = compared ? 'js-heap-leak' : named.kind;
  const evidence: (Evidence | null)[] = [
    { what: lineWords(heap, bySites), file: 'events.ndjson' },
    kept && heap.isGrowing ? { what: notShrunk(null), file: 'events.ndjson' } : null,
    bySites && growing && named.site
      ? { what: say.siteGrows({ ...bySites, growth: growing.growth, place: named.site.place }), file: fileOf(context) }
      : null,
    grown.length > 0
      ? {
          what: say.byClass(grown.slice(0, 3), compared),
          file: heapGrowth?.snapshots.at(-1)?.file ?? 'events.ndjson',
        }
      : null,
    named.site && { what: say.allocatedIn(named.site.share, named.site.place), file: fileOf(context) },
  ];
  const each = grown[0] ? perRequest(grown[0].behaviour) : null;
  const growth =
    growing && (!isVisible || !heap.entry)
      ? siteGrowth(context, growing)
      : heap.entry && seriesGrowth(context, heap.entry, 'heap');
  const finding: FindingDraft = {
    ...describe(named, { kind, compared, each, isVisible }),
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    growth: growth && {
      ...growth,
      ...(bySites?.heap ? { bytesPerRequest: bySites.heap.bytesPerRequest } : {}),
      objectsPerRequest: each,
    },
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    ...(grown[0] ? { countSeries: grown[0].counts } : {}),
    evidence: evidence.filter((item) => item !== null),
    against: [
      doubt,
      compared ? (grown.length > 0 ? say.MOVES : say.COMPARED) : say.notCompared(context.run.heapGrowthError),
    ].filter((reason) => reason !== null),
  };
  return { finding, isOpen: bySites !== null && confidence === 'possible', line: bySites?.heap ?? null };
}

/**
 * Whether the counts of a class say that it goes on growing. A ring fills in the one interval with load that two counts have
 * between them, as a leak does: there the sizes of the heap must show it too.
 */
function areCounted(grown: readonly GrowingClass[], isVisible: boolean): boolean {
  return grown.length > 0 && (isVisible || (grown[0]?.behaviour.loaded.length ?? 0) > 1);
}

const LARGE_HEAP_BYTES = 100_000_000;
/** What grows in two stretches may have filled in them. */
const ENOUGH_WINDOWS = 3;

/** What is named, and what to do about it. */
function describe(
  { site, name, changes, holder }: NamedSite,
  {
    kind,
    compared,
    each,
    isVisible,
  }: {
    readonly kind: HeapFindingKind;
    readonly compared: boolean;
    readonly each: number | null;
    readonly isVisible: boolean;
  },
): Pick<FindingDraft, 'id' | 'kind' | 'title' | 'subject' | 'objects' | 'allocatedAt' | 'recommendation'> {
  const place = site?.place ?? null;
  const about = {
    holder: holder === null || compared ? say.HOLDER : holderText(holder),
    subject: name === null ? 'object' : code(name),
  };
  const advice = changes && caseAdvice({ kind, ...about, ...changes, brokenBound: null });
  return {
    id: findingId(kind, name ?? '', place ? `${place.file} ${place.function}` : 'unnamed'),
    kind,
    title: say.title({ class: name, perRequest: each, place, compared, holder, isVisible }),
    subject: {
      class: name ?? UNKNOWN,
      holder: UNKNOWN,
      path: [],
      source: place && { file: place.file, line: place.line, column: place.column, function: place.function },
      package: place?.package ?? null,
      ...changes,
    },
    ...(name === null ? {} : { objects: { class: name, holder: null, path: [] } }),
    ...(site ? { allocatedAt: site.stacks.map(({ shareOfGrowth, stack }) => ({ share: shareOfGrowth, stack })) } : {}),
    recommendation: advice ?? recommend(kind, about),
  };
}

function lineWords({ isGrowing, entry }: AfterCollection, bySites: SiteLeak | null): string {
  if (isGrowing && entry) return say.heapGrows(entry.trend);
  return bySites?.heap ? say.heapByRequests(bySites.heap) : say.heapTooCoarse(entry?.trend.level ?? null);
}

function growsOutside({ trends }: CheckContext): boolean {
  return trends.judge('heap.external', { leastGrowth: LEAST_OUTSIDE_BYTES })?.verdict === 'growing';
}

const LEAST_OUTSIDE_BYTES = 1_000_000;

/** Where the sizes of the heap do not show it: as the samples have it, at the rate at which requests came. */
function siteGrowth(context: CheckContext, { growth, requests }: GrowingSite): Growth {
  const { slope, low, high } = growth;
  const work = workClock(context.run, context.judged);
  const loadedMs = coveredMs(context.loaded, context.judged);
  const perMs = (work?.requests ?? requests.at(-1) ?? 0) / Math.max(1, loadedMs);
  const rate: Rate = { slope: slope * perMs, low: Math.max(0, low) * perMs, high: high * perMs };
  return {
    bytesPerHour: perHour(rate.slope),
    bytesPerHourCI: [perHour(rate.low), perHour(rate.high)],
    bytesPerRequest: slope,
    objectsPerRequest: null,
    shareOfGrowth: null,
    ...memoryTimeToLimit(context, { heap: rate, memory: rate }, 'heap'),
  };
}

function isSureOfLine(
  { isGrowing, isLinear, entry }: AfterCollection,
  { kept, agree }: { readonly kept: boolean; readonly agree: boolean },
): boolean {
  // Two signals that know nothing of each other: the sizes after collections, and the objects of a class.
  const span = entry?.trend.span ?? 0;
  const isLong = agree ? kept || span >= SHORT_RUN_MS : span >= LONG_LINE_MS;
  return isGrowing && isLinear && isLong;
}

function fileOf({ run }: CheckContext): string | null {
  return run.manifest.heapProfiles.at(-1)?.file ?? null;
}
