import type { Growth } from '../model/finding.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import type { SourcePlace } from '../model/profiles.ts';
import { caseAdvice } from '../words/case-advice.ts';
import * as say from '../words/fold-followers.ts';
import type { FoundDraft } from './check.ts';
import { openingLines } from './code/opening-lines.ts';
import { namesAround } from './held-objects.ts';
import { type CountedCause, isOfNode, madeBy } from './made-by.ts';
import type { RunData } from './run-data.ts';

/** A worker brings two pipes, some event descriptors, ports, and listeners on the streams of the process. */
const MOST_OF_EACH = 5;
const TOLERANCE = 0.12;
/** Threads first: they bring descriptors along, descriptors bring no threads. */
const CAUSES: readonly CountedCause[] = ['thread-leak', 'socket-leak', 'fd-leak'];
/** Classes, as names of objects have them. */
const OF_WORKERS = /\b(Worker|MessagePort|MessageChannel)\b/;
/** Objects that own a descriptor. */
const OF_DESCRIPTORS =
  /(Socket|TCP|TLS|Pipe|Process|Agent|Client|Connection|Stream|Server|UDP|FileHandle|Watcher|FSEvent|Tunnel|Session)\b|\b(Socket|TCP|Pipe|Client|Agent|Connection)/;
const STANDARD_STREAMS = ['stdin', 'stdout', 'stderr'];

/**
 * What is counted (threads, sockets, descriptors) has neither holder nor line; the objects that own it have, and so have
 * the stacks that allocated them. One mistake is one finding: the object that comes in a small whole number for each of
 * what is counted gives its name, and what else does becomes evidence.
 */
export function foldFollowers(drafts: readonly FoundDraft[], run: FoldedRun): FoundDraft[] {
  let left = [...drafts];
  for (const kind of CAUSES) {
    // Of a kind that shows twice (sockets and pipes of one child) the first takes the other along.
    for (const cause of left.filter(isCounted).filter((draft) => draft.kind === kind)) {
      if (left.includes(cause)) left = foldInto(left, cause, run);
    }
  }
  return left;
}

type FoldedRun = Pick<RunData, 'allocationGrowth' | 'code'>;

interface CountedDraft extends FoundDraft {
  readonly kind: CountedCause;
}

function isCounted(draft: FoundDraft): draft is CountedDraft {
  return isCause(draft.kind) && draft.confidence !== 'possible' && draft.growth?.perHourUnit !== undefined;
}

function foldInto(drafts: readonly FoundDraft[], cause: CountedDraft, run: FoldedRun): FoundDraft[] {
  const followers = drafts.filter(
    (draft) =>
      draft !== cause &&
      draft.subject !== cause.subject &&
      isRelated(draft, cause) &&
      (isOfSameThreads(draft, cause) || timesOf(draft, cause) !== null),
  );
  const named = ownerAmong(followers, cause);
  const folded = withMaker(named ? nameBy(cause, named) : ofClass(cause, followers), run);
  const evidence = followers.map((follower) => ({
    what: followerWords(follower, cause),
    file: follower.evidence[0]?.file ?? null,
  }));
  const isAlone = followers.length === 0 && folded === cause;
  if (isAlone) return [...drafts];
  const result: FoundDraft = { ...folded, evidence: [...folded.evidence, ...evidence] };
  return drafts.filter((draft) => !followers.includes(draft)).map((draft) => (draft === cause ? result : draft));
}

/** Who holds them: an object with a line; the program's own before those of packages. */
function ownerAmong(followers: readonly FoundDraft[], { kind }: FoundDraft): FoundDraft | null {
  const owners = followers.filter(
    ({ subject, objects, growth }) =>
      subject.source !== null &&
      growth?.perHourUnit === undefined &&
      (kind !== 'thread-leak' || (objects !== undefined && OF_WORKERS.test(objects.class))),
  );
  const own = owners.filter(({ subject }) => subject.package === null && !isOfNode(subject.source?.file ?? ''));
  const weight = ({ growth }: FoundDraft): number => growth?.shareOfGrowth ?? 0;
  return [...(own.length > 0 ? own : owners)].sort((a, b) => weight(b) - weight(a))[0] ?? null;
}

function nameBy(
  cause: CountedDraft,
  { subject, id, growth, title, countSeries, allocatedAt }: FoundDraft,
): CountedDraft {
  // A thread is no object: what holds the worker says where, not what.
  const isThread = cause.kind === 'thread-leak';
  return {
    ...cause,
    ...(isThread ? {} : { id, title: say.eachHolds(title, cause.title) }),
    subject: isThread ? { ...subject, class: cause.subject.class } : subject,
    growth: growth && cause.growth ? growthOfBoth(growth, cause.growth) : cause.growth,
    ...(countSeries ? { countSeries } : {}),
    ...(allocatedAt ? { allocatedAt } : {}),
  };
}

/** Bytes of the owners, numbers of what is counted. Its limit may be met before that of the memory of its owners. */
function growthOfBoth({ limit, ...ofOwner }: Growth, ofCounted: Growth): Growth {
  const { perHour = 0, perHourUnit = '', over, timeToLimitMs, timeToLimitCI } = ofCounted;
  const isSooner = timeToLimitMs !== null && timeToLimitMs < (ofOwner.timeToLimitMs ?? Number.POSITIVE_INFINITY);
  return {
    ...ofOwner,
    perHour,
    perHourUnit,
    ...(over ? { over } : {}),
    ...(isSooner ? { timeToLimitMs, timeToLimitCI } : limit ? { limit } : {}),
  };
}

/** Objects without a line name no code, but they show what piles up: of the sockets, those of UDP. */
function ofClass(cause: CountedDraft, followers: readonly FoundDraft[]): CountedDraft {
  if (cause.kind === 'thread-leak') return cause;
  const one = followers.find(
    (follower) => OF_DESCRIPTORS.test(follower.objects?.class ?? '') && timesOf(follower, cause)?.each === 1,
  );
  return one ? { ...cause, subject: { ...cause.subject, class: one.subject.class, path: one.subject.path } } : cause;
}

/** What it opens are the pipes of a child process, which are sockets to Linux. */
const STARTS_PROCESS = /(?:^|\.)(?:spawn|exec|execFile|fork)$/;

/** With the call that makes one, where no statement is known; of an owner that has a line, if it is made there. */
function withMaker(cause: CountedDraft, run: FoldedRun): FoundDraft {
  const { kind, counted, growth, subject } = cause;
  if (subject.added && subject.added.length > 0) return cause;
  const maker = madeBy(run, { kind, ...(counted ? { counted } : {}), gained: growth?.over?.gained ?? null });
  if (!maker || (subject.source !== null && !isIn(subject.source, maker.place))) return cause;
  const { file, line, column, function: name, package: owner } = maker.place;
  const lines = run.code ? openingLines(maker.place, maker.called, run.code) : null;
  const advice =
    lines &&
    caseAdvice({
      kind,
      holder: subject.holder,
      subject: subject.class,
      ...lines,
      brokenBound: null,
      ...(STARTS_PROCESS.test(maker.called) ? { handle: 'Pipe' } : {}),
    });
  return {
    ...cause,
    subject: { ...subject, source: subject.source ?? { file, line, column, function: name }, package: owner, ...lines },
    ...(advice ? { recommendation: advice } : {}),
    allocatedAt: cause.allocatedAt ?? [{ share: 1, stack: maker.stack }],
    evidence: [
      ...cause.evidence,
      {
        what: say.allocatedWhere(name, file, line, maker.called),
        file: null,
      },
    ],
  };
}

function isIn(source: NonNullable<FoundDraft['subject']['source']>, place: SourcePlace): boolean {
  return source.file === place.file && source.function === place.function;
}

/** What the heap has of the threads that are counted, in whatever number. */
function isOfSameThreads({ kind }: FoundDraft, cause: FoundDraft): boolean {
  return kind === 'thread-leak' && cause.kind === 'thread-leak';
}

function isRelated({ kind, objects }: FoundDraft, cause: FoundDraft): boolean {
  if (kind === 'thread-leak') return cause.kind === 'thread-leak';
  if (isCause(kind)) return true;
  if (!objects) return false;
  const names = namesAround(objects);
  if (cause.kind !== 'thread-leak') return names.some((name) => OF_DESCRIPTORS.test(name));
  if (names.some((name) => OF_WORKERS.test(name))) return true;
  return kind === 'listener-leak' && names.some((name) => STANDARD_STREAMS.includes(name));
}

function isCause(kind: FindingKind): boolean {
  return (CAUSES as readonly FindingKind[]).includes(kind);
}

/** A small whole number of one for each of the other; null if there is none, or if requests were not counted. */
function timesOf(
  { growth }: FoundDraft,
  cause: FoundDraft,
): { readonly each: number; readonly isOfCause: boolean } | null {
  const ratio = (growth?.objectsPerRequest ?? Number.NaN) / (cause.growth?.objectsPerRequest ?? Number.NaN);
  const isOfCause = ratio >= 1 - TOLERANCE;
  const times = isOfCause ? ratio : 1 / ratio;
  const each = Math.round(times);
  return each >= 1 && each <= MOST_OF_EACH && Math.abs(times - each) <= TOLERANCE * each ? { each, isOfCause } : null;
}

function followerWords(follower: FoundDraft, cause: FoundDraft): string {
  const times = timesOf(follower, cause);
  if (!times) return follower.title;
  return times.isOfCause
    ? say.comeWithEach(cause.subject.class, times.each, follower.title)
    : say.manyOfCause(times.each, follower.title);
}
