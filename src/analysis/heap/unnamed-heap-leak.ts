import type { AllocationSeries } from '../../cpu/allocation-series.ts';
import type { AllocationGrowth } from '../../cpu/allocation-sites.ts';
import { type Confidence, type Evidence, UNKNOWN } from '../../model/finding.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import { recommend } from '../../words/advice.ts';
import { caseAdvice } from '../../words/case-advice.ts';
import { notShrunk } from '../../words/checks/heap-suspects.ts';
import * as say from '../../words/checks/heap-unnamed.ts';
import { code } from '../../words/terms.ts';
import type { CheckContext, FindingDraft } from '../check.ts';
import type { ChangingLines } from '../code/changing-lines.ts';
import { linesOnStacks } from '../code/lines-on-stacks.ts';
import { findingId } from '../finding-id.ts';
import { LONG_LINE_MS, PARTLY_RELEASED_SHARE, RELEASED_SHARE, SHORT_RUN_MS } from '../leak-thresholds.ts';
import { seriesGrowth } from '../limits.ts';
import { isOfNode } from '../made-by.ts';
import type { TableEntry } from '../trend-table.ts';
import type { AfterCollection } from './after-collection.ts';
import { classesGrowingAnywhere, growingClasses } from './class-growth.ts';
import { type GrowingSite, type SiteLeak, siteLeak } from './growing-sites.ts';
import { perRequest } from './per-request.ts';
import type { ProportionalGrowth } from './proportional-growth.ts';

const LEAST_SAMPLES = 10;

export interface UnnamedLeak {
  readonly finding: FindingDraft;
  /** It grows with the requests, and what it is cannot be told: no pass. */
  readonly isOpen: boolean;
  /** Over the requests, where functions agree with it. */
  readonly line: ProportionalGrowth | null;
}

/**
 * The heap after collections grows and no suspect of the snapshots explains it: there were no snapshots, they could not
 * be compared, or what grew is spread too thin. The classes that were counted and the allocation stacks that grew say
 * what piles up and who makes it; who holds it stays open. On a large heap the trend of the whole is too small to be told by itself:
 * there the live objects of one function and the heap must agree.
 */
export function unnamedHeapLeak(
  context: CheckContext,
  heap: AfterCollection,
  snapshots: { readonly hasSuspect: boolean },
): UnnamedLeak | null {
  if (snapshots.hasSuspect || (heap.releasedInIdle ?? 0) > RELEASED_SHARE) return null;
  const { heapGrowth } = context.run;
  const compared = heapGrowth !== null;
  const bySites = compared ? null : siteLeak(context);
  if (!heap.entry || !(heap.isGrowing || bySites)) return null;
  const grown = heapGrowth ? classesGrowingAnywhere(context, heapGrowth) : growingClasses(context);
  const named = nameSite(context, bySites, grown[0]?.class ?? null);
  const { site, name } = named;
  const kept = heap.releasedInIdle !== null && heap.releasedInIdle < PARTLY_RELEASED_SHARE;
  const isSure = isSureOfLine(heap, heap.entry, { kept, agree: !compared || grown.length > 0 });
  // Where no class was counted, all that speaks against a cache that fills is that nothing takes away what is kept there. What the whole
  // of a large heap says in a short run is too little to outweigh that.
  const isOutweighed = compared || grown.length > 0 || (isSure && heap.entry.trend.level < LARGE_HEAP_BYTES);
  const doubt = isOutweighed ? null : named.doubt;
  const agree = bySites !== null && named.isClear && bySites.windows >= ENOUGH_WINDOWS;
  const confidence: Confidence = doubt === null && (isSure || agree) ? 'likely' : 'possible';
  const growth = bySites?.sites.find((one) => one.site.place === site?.place)?.growth ?? null;
  const evidence: (Evidence | null)[] = [
    {
      what: heap.isGrowing ? say.heapGrows(heap.entry.trend) : say.heapByRequests(bySites?.heap),
      file: 'events.ndjson',
    },
    kept ? { what: notShrunk(null), file: 'events.ndjson' } : null,
    bySites && growth && site
      ? { what: say.siteGrows({ ...bySites, growth, place: site.place }), file: fileOf(context) }
      : null,
    grown.length > 0
      ? {
          what: say.byClass(grown.slice(0, 3), compared),
          file: heapGrowth?.snapshots.at(-1)?.file ?? 'events.ndjson',
        }
      : null,
    site && { what: say.allocatedIn(site.share, site.place), file: fileOf(context) },
  ];
  const subject = name === null ? 'object' : code(name);
  const each = grown[0] ? perRequest(grown[0].behaviour) : null;
  const changes = named.changes;
  const about = { holder: say.HOLDER, subject };
  const finding: FindingDraft = {
    id: findingId('js-heap-leak', name ?? '', site ? `${site.place.file} ${site.place.function}` : 'unnamed'),
    kind: 'js-heap-leak',
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: say.title({ class: name, perRequest: each, place: site?.place ?? null, compared }),
    subject: {
      class: name ?? UNKNOWN,
      holder: UNKNOWN,
      path: [],
      source: site && {
        file: site.place.file,
        line: site.place.line,
        column: site.place.column,
        function: site.place.function,
      },
      package: site?.place.package ?? null,
      ...changes,
    },
    ...(name === null ? {} : { objects: { class: name, holder: null, path: [] } }),
    growth: {
      ...seriesGrowth(context, heap.entry, 'heap'),
      ...(bySites ? { bytesPerRequest: bySites.heap.bytesPerRequest } : {}),
      objectsPerRequest: each,
    },
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    ...(site ? { allocatedAt: site.stacks.map(({ shareOfGrowth, stack }) => ({ share: shareOfGrowth, stack })) } : {}),
    ...(grown[0] ? { countSeries: grown[0].counts } : {}),
    evidence: evidence.filter((item) => item !== null),
    against: [
      doubt,
      compared ? (grown.length > 0 ? say.MOVES : say.COMPARED) : say.notCompared(context.run.heapGrowthError),
    ].filter((reason) => reason !== null),
    recommendation:
      (changes && caseAdvice({ kind: 'js-heap-leak', ...about, ...changes, brokenBound: null })) ??
      recommend('js-heap-leak', about),
  };
  return { finding, isOpen: bySites !== null && confidence === 'possible', line: bySites?.heap ?? null };
}

const LARGE_HEAP_BYTES = 100_000_000;
/** What grows in two stretches may have filled in them. */
const ENOUGH_WINDOWS = 3;

function isSureOfLine(
  { isGrowing, isLinear }: AfterCollection,
  { trend }: TableEntry,
  { kept, agree }: { readonly kept: boolean; readonly agree: boolean },
): boolean {
  // Two signals that know nothing of each other: the sizes after collections, and the objects of a class.
  const isLong = agree ? kept || trend.span >= SHORT_RUN_MS : trend.span >= LONG_LINE_MS;
  return isGrowing && isLinear && isLong;
}

function fileOf({ run }: CheckContext): string | null {
  return run.manifest.heapProfiles.at(-1)?.file ?? null;
}

interface NamedSite {
  readonly site: AllocationSiteOfGrowth | null;
  /** Of the class, where one is known. */
  readonly name: string | null;
  readonly changes: ChangingLines | null;
  /** Why it may be no leak at all. */
  readonly doubt: string | null;
  /** No other function can be meant. */
  readonly isClear: boolean;
}

/**
 * Of the functions whose live objects grow as the heap does, the one that is meant: where more than one can be, that for
 * which no statement takes away again what it keeps.
 */
function nameSite(context: CheckContext, bySites: SiteLeak | null, counted: string | null): NamedSite {
  const candidates = (bySites?.sites ?? []).map((one) => describeSite(context, siteOf(one, context), counted));
  const [only, ...more] = candidates;
  if (!only) {
    const known = describeSite(context, allocationSite(context), counted);
    return { ...known, isClear: false };
  }
  if (more.length === 0) return { ...only, isClear: true };
  const unbounded = candidates.filter(({ doubt }) => doubt === null);
  const [first = only] = unbounded;
  if (unbounded.length === 1) return { ...first, isClear: true };
  const others = candidates.filter((one) => one !== first).flatMap(({ site }) => site?.place ?? []);
  return { ...first, doubt: say.oneOf(others), isClear: false };
}

function describeSite(
  { run }: CheckContext,
  site: AllocationSiteOfGrowth | null,
  counted: string | null,
): Omit<NamedSite, 'isClear'> {
  const name = counted ?? site?.constructed ?? null;
  const found = site && run.code ? linesOnStacks(site.stacks, name, run.code) : null;
  const doubt = !found
    ? say.NOTHING_ADDS
    : found.mayBeBounded
      ? say.mayFill(found.mayBeBounded, found.lines.removed[0] ?? null)
      : null;
  return { site, name: name ?? found?.class ?? null, changes: found?.lines ?? null, doubt };
}

interface AllocationSiteOfGrowth {
  /** The program's own function nearest to the allocation; of a package or of Node where there is none. */
  readonly place: SourcePlace;
  /** Of the growth of all stacks. */
  readonly share: number;
  /** The class whose constructor allocated, where one did. */
  readonly constructed: string | null;
  readonly stacks: readonly AllocationGrowth[];
}

const STACKS = 3;

function siteOf({ site }: GrowingSite, { run }: CheckContext): AllocationSiteOfGrowth {
  const bytesOf = ({ stacks }: Pick<AllocationSeries, 'stacks'>): number =>
    stacks.reduce((sum, { bytes }) => sum + bytes, 0);
  const inAll = (run.allocationReadings?.series ?? [site]).reduce((sum, one) => sum + bytesOf(one), 0);
  const stacks = site.stacks.map((one) => ({ ...one, beforeBytes: 0, shareOfGrowth: one.bytes / inAll }));
  return {
    place: site.place,
    share: bytesOf(site) / inAll,
    constructed: constructedOn(stacks),
    stacks: stacks.slice(0, STACKS),
  };
}

/** Stacks are many where one function is called from many places: growth is added up by the function that allocates. */
function allocationSite({ run }: CheckContext): AllocationSiteOfGrowth | null {
  const bySite = new Map<string, AllocationGrowth[]>();
  for (const growth of run.allocationGrowth) {
    const place = ownFrame(growth.stack);
    if (!place) continue;
    const key = `${place.file} ${place.function}`;
    bySite.set(key, [...(bySite.get(key) ?? []), growth]);
  }
  const shareOf = (stacks: readonly AllocationGrowth[]): number =>
    stacks.reduce((sum, { shareOfGrowth }) => sum + shareOfGrowth, 0);
  const stacks = [...bySite.values()].sort((a, b) => shareOf(b) - shareOf(a))[0];
  const place = stacks?.[0] && ownFrame(stacks[0].stack);
  if (!stacks || !place || !isSampledEnough(stacks)) return null;
  return {
    place,
    share: shareOf(stacks),
    constructed: constructedOn(stacks),
    stacks: stacks.slice(0, STACKS),
  };
}

function isSampledEnough(stacks: readonly AllocationGrowth[]): boolean {
  return (
    stacks.some(({ samples }) => samples === null) ||
    stacks.reduce((sum, { samples }) => sum + (samples ?? 0), 0) >= LEAST_SAMPLES
  );
}

function ownFrame(stack: readonly SourcePlace[]): SourcePlace | null {
  const isOwn = ({ file, package: owner }: SourcePlace): boolean => owner === null && !file.startsWith('node:');
  return stack.find(isOwn) ?? stack.find(({ file }) => !file.startsWith('node:')) ?? null;
}

/** The class in whose constructor it was allocated, a callback without a name inside of it included. */
function constructedOn(stacks: readonly AllocationGrowth[]): string | null {
  const frames = stacks[0]?.stack.filter(({ file }) => !isOfNode(file)) ?? [];
  const top = frames.find(({ function: name }) => name !== '(anonymous)')?.function ?? '';
  return isConstructor(top) ? top : null;
}

/** By custom, names of classes begin with a capital letter; bundlers make one letter of anything. */
function isConstructor(name: string): boolean {
  return /^[A-Z][a-z]\w*$/.test(name);
}
