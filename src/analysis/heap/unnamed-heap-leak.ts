import type { AllocationGrowth } from '../../cpu/allocation-sites.ts';
import { type Confidence, type Evidence, UNKNOWN } from '../../model/finding.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import { recommend } from '../../words/advice.ts';
import { caseAdvice } from '../../words/case-advice.ts';
import { notShrunk } from '../../words/checks/heap-suspects.ts';
import * as say from '../../words/checks/heap-unnamed.ts';
import { code } from '../../words/terms.ts';
import type { CheckContext, FindingDraft } from '../check.ts';
import { linesOnStacks } from '../code/lines-on-stacks.ts';
import { findingId } from '../finding-id.ts';
import { LONG_LINE_MS, PARTLY_RELEASED_SHARE, RELEASED_SHARE, SHORT_RUN_MS } from '../leak-thresholds.ts';
import { seriesGrowth } from '../limits.ts';
import type { AfterCollection } from './after-collection.ts';
import { classesGrowingAnywhere, growingClasses } from './class-growth.ts';
import { perRequest } from './per-request.ts';

const LEAST_SAMPLES = 10;

/**
 * The heap after collections grows and no suspect of the snapshots explains it: there were no snapshots, they could not
 * be compared, or what grew is spread too thin. The classes that were counted and the allocation stacks that grew say
 * what piles up and who makes it; who holds it stays open.
 */
export function unnamedHeapLeak(
  context: CheckContext,
  heap: AfterCollection,
  snapshots: { readonly hasSuspect: boolean },
): FindingDraft | null {
  const { entry, isGrowing, isLinear, releasedInIdle } = heap;
  if (!entry || !isGrowing || snapshots.hasSuspect || (releasedInIdle ?? 0) > RELEASED_SHARE) return null;
  const { trend } = entry;
  const { heapGrowth } = context.run;
  const compared = heapGrowth !== null;
  const site = allocationSite(context);
  const grown = heapGrowth ? classesGrowingAnywhere(context, heapGrowth) : growingClasses(context);
  const kept = releasedInIdle !== null && releasedInIdle < PARTLY_RELEASED_SHARE;
  // Two signals that know nothing of each other: the sizes after collections, and the objects of a class.
  const agree = !compared || grown.length > 0;
  const isLong = agree ? kept || trend.span >= SHORT_RUN_MS : trend.span >= LONG_LINE_MS;
  const confidence: Confidence = isLinear && isLong ? 'likely' : 'possible';
  const name = grown[0]?.class ?? site?.constructed ?? null;
  const evidence: (Evidence | null)[] = [
    { what: say.heapGrows(trend), file: 'events.ndjson' },
    kept ? { what: notShrunk(null), file: 'events.ndjson' } : null,
    grown.length > 0
      ? {
          what: say.byClass(grown.slice(0, 3), compared),
          file: heapGrowth?.snapshots.at(-1)?.file ?? 'events.ndjson',
        }
      : null,
    site && {
      what: say.allocatedIn(site.share, site.place),
      file: context.run.manifest.heapProfiles.at(-1)?.file ?? null,
    },
  ];
  const subject = name === null ? 'object' : code(name);
  const each = grown[0] ? perRequest(grown[0].behaviour) : null;
  const changes = site && context.run.code ? linesOnStacks(site.stacks, name, context.run.code) : null;
  const about = { holder: say.HOLDER, subject };
  return {
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
      ...seriesGrowth(context, entry, 'heap'),
      objectsPerRequest: each,
    },
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    ...(site ? { allocatedAt: site.stacks.map(({ shareOfGrowth, stack }) => ({ share: shareOfGrowth, stack })) } : {}),
    ...(grown[0] ? { countSeries: grown[0].counts } : {}),
    evidence: evidence.filter((item) => item !== null),
    against: [compared ? (grown.length > 0 ? say.MOVES : say.COMPARED) : say.notCompared(context.run.heapGrowthError)],
    recommendation:
      (changes && caseAdvice({ kind: 'js-heap-leak', ...about, ...changes, brokenBound: null })) ??
      recommend('js-heap-leak', about),
  };
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
  const top = stacks[0]?.stack[0]?.function ?? '';
  return {
    place,
    share: shareOf(stacks),
    constructed: isConstructor(top) ? top : null,
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

/** By custom, names of classes begin with a capital letter; bundlers make one letter of anything. */
function isConstructor(name: string): boolean {
  return /^[A-Z][a-z]\w*$/.test(name);
}
