import type { AllocationGrowth } from '../../cpu/allocation-sites.ts';
import { type Confidence, type Evidence, UNKNOWN } from '../../model/finding.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import { formatCount } from '../../model/units.ts';
import type { CheckContext, FindingDraft } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { LONG_LINE_MS, PARTLY_RELEASED_SHARE, RELEASED_SHARE, SHORT_RUN_MS } from '../leak-thresholds.ts';
import { seriesGrowth } from '../limits.ts';
import { recommend } from '../recommendations.ts';
import { bytesPerHour, code, figure, percent, perRequestWords } from '../words.ts';
import type { AfterCollection } from './after-collection.ts';
import { classesGrowingAnywhere, type GrowingClass, growingClasses } from './class-growth.ts';
import { perRequest } from './describe-suspect.ts';

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
    {
      what: `The heap after collections grows by ${bytesPerHour(trend.slope)} (95 % interval ${bytesPerHour(trend.low)} to ${bytesPerHour(trend.high)}; R2 ${figure(trend.rSquared)}, ${trend.points} points).`,
      file: 'events.ndjson',
    },
    kept ? { what: 'The time without requests and its collections did not shrink it.', file: 'events.ndjson' } : null,
    grown.length > 0
      ? {
          what: compared
            ? `Objects by class in the snapshots, wherever they are held: ${grown.slice(0, 3).map(countWords).join('; ')}.`
            : `Live objects by class, counted under equal load: ${grown.slice(0, 3).map(countWords).join('; ')}.`,
          file: heapGrowth?.snapshots.at(-1)?.file ?? 'events.ndjson',
        }
      : null,
    site && {
      what: `Of what lives longer, ${percent(site.share)} was allocated in ${code(site.place.function)} (${site.place.file}:${site.place.line}).`,
      file: context.run.manifest.heapProfiles.at(-1)?.file ?? null,
    },
  ];
  const subject = name === null ? 'object' : code(name);
  return {
    id: findingId('js-heap-leak', name ?? '', site ? `${site.place.file} ${site.place.function}` : 'unnamed'),
    kind: 'js-heap-leak',
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: titleOf(name, grown[0], site?.place ?? null, compared),
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
    },
    ...(name === null ? {} : { objects: { class: name, holder: null, path: [] } }),
    growth: {
      ...seriesGrowth(context, trend, 'heap'),
      objectsPerRequest: grown[0] ? perRequest(grown[0].behaviour) : null,
    },
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    ...(site ? { allocatedAt: site.stacks.map(({ shareOfGrowth, stack }) => ({ share: shareOfGrowth, stack })) } : {}),
    ...(grown[0] ? { countSeries: grown[0].counts } : {}),
    evidence: evidence.filter((item) => item !== null),
    against: [
      compared
        ? grown.length > 0
          ? 'What holds them is another object in each snapshot, so that no place of them grows like a leak: a queue of work in progress looks the same under more and more load.'
          : 'No group of objects that the snapshots compare grows like a leak.'
        : `There were no snapshots to compare${context.run.heapGrowthError ? ` (${context.run.heapGrowthError})` : ''}: who holds the objects is not known, and a cache that is still filling looks the same.`,
    ],
    recommendation: recommend('js-heap-leak', { holder: 'what holds it', subject }),
  };
}

function titleOf(
  name: string | null,
  grown: GrowingClass | undefined,
  place: SourcePlace | null,
  compared: boolean,
): string {
  const where = place ? `, made in ${code(place.function)} (${place.file}:${place.line})` : '';
  const open = compared ? 'the snapshots do not say who holds them' : 'no snapshot says who holds them';
  if (name === null) {
    return place
      ? `The JS heap grows, and what stays was allocated in ${code(place.function)} (${place.file}:${place.line}); ${open}.`
      : `The JS heap grows, and ${open.replace('them', 'what grew')}.`;
  }
  const each = grown ? perRequest(grown.behaviour) : null;
  const rate = each === null ? '' : `, ${perRequestWords(each)}`;
  return `The JS heap grows: ${code(name)} objects pile up${rate}${where}; ${open}.`;
}

function countWords({ class: name, counts }: GrowingClass): string {
  return `${code(name)} ${counts.map(formatCount).join(', ')}`;
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
