import { SURENESS } from '../../model/finding.ts';
import type { FindingKind } from '../../model/finding-catalogue.ts';
import type { HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import * as say from '../../words/checks/js-heap.ts';
import { type Check, type CheckContext, type CheckResult, type FindingDraft, found, insufficient } from '../check.ts';
import { codeBounds } from '../code/code-bounds.ts';
import { type AfterCollection, afterCollection } from '../heap/after-collection.ts';
import { abortedRequests, backlogDoubt } from '../heap/backlog.ts';
import { openedConnections, socketsOfClients } from '../heap/follows-connections.ts';
import { growthBehaviour } from '../heap/growth-tests.ts';
import { judgeSuspect, LEAST_GAIN } from '../heap/judge-suspect.ts';
import type { JudgedSuspect } from '../heap/judged-suspect.ts';
import { isBlind, isUndecided } from '../heap/looked-at.ts';
import { type ProportionalGrowth, proportionalGrowth } from '../heap/proportional-growth.ts';
import { suspectFinding } from '../heap/suspect-finding.ts';
import { suspectKind } from '../heap/suspect-kind.ts';
import { unnamedHeapLeak } from '../heap/unnamed-heap-leak.ts';
import { withWorkers } from '../heap/worker-heaps.ts';
import { type SnapshotInterval, snapshotIntervals } from '../snapshot-intervals.ts';

/**
 * Does the JS heap leak, and what? The sizes after collections are the gate, always on and cheap; the snapshots name
 * who grew. Either can speak alone, with less confidence.
 */
export const jsHeap: Check = {
  name: 'JS heap',
  run: (context) => withWorkers(context, judgeHeap),
};

function judgeHeap(context: CheckContext): CheckResult {
  const heap = afterCollection(context);
  const { heapGrowth, heapGrowthError } = context.run;
  const intervals = heapGrowth && snapshotIntervals(context, heapGrowth);
  const aborted = abortedRequests(context.run, intervals?.[0]?.fromMs ?? context.judged.fromMs);
  const { accused, cleared, isBacklog } = withoutBacklog(judgeAll(context, heapGrowth, intervals, heap), aborted);
  const findings = accused.map((judged) => suspectFinding(judged, context, heapGrowth as HeapGrowth));
  const named = findings.some(({ confidence }) => confidence !== 'possible');
  const unnamedLeak = named
    ? null
    : unnamedHeapLeak(context, heap, {
        hasSuspect: findings.some(({ growth }) => (growth?.shareOfGrowth ?? 0) >= EXPLAINS),
      });
  if (!heap.entry && !intervals && !unnamedLeak) return insufficient(say.tooLittle(heapGrowthError));
  const unnamed = unnamedLeak?.finding ?? null;
  const doubt = unnamed && unnamed.confidence !== 'possible' ? unnamedBacklog(heap, aborted) : null;
  const all: FindingDraft[] = unnamed ? [...findings, doubt === null ? unnamed : inDoubt(unnamed, doubt)] : findings;
  const isSure = all.some(({ confidence }) => confidence !== 'possible');
  const open = isSure ? null : proportionalGrowth(context);
  const told = isSure ? (unnamedLeak?.line ?? null) : null;
  const result = describe(context, heap, all, {
    cleared,
    intervals,
    open: open ?? (isSure ? null : (unnamedLeak?.line ?? null)),
    told,
  });
  // No pass: a leak behind such a backlog would not be seen, and growth with the requests, or a store between two steps,
  // may be one.
  const isOpen =
    isBacklog || doubt !== null || open !== null || unnamedLeak?.isOpen === true || accused.some((one) => one.isOpen);
  if (isOpen) return { ...result, status: 'insufficient-data' };
  if (isSure) return result;
  if (isBlind(context, heap))
    return { ...result, status: 'insufficient-data', detail: `${result.detail}; ${say.BLIND}` };
  return isUndecided(context, heap) ? { ...result, status: 'insufficient-data' } : result;
}

/** What is open itself is judged as that. */
const OF_CONNECTIONS: ReadonlySet<FindingKind> = new Set(['socket-leak', 'fd-leak', 'thread-leak']);

/** A suspect in doubt that is this much of the growth explains it: then there is no second, unnamed leak. */
const EXPLAINS = 0.3;

interface Judgement {
  readonly accused: readonly JudgedSuspect[];
  /** Groups that grew and are not leaks, with the reason. */
  readonly cleared: readonly { readonly suspect: HeapSuspect; readonly reason: string }[];
}

function judgeAll(
  context: CheckContext,
  growth: HeapGrowth | null,
  intervals: readonly SnapshotInterval[] | null,
  heap: AfterCollection,
): Judgement {
  const accused: JudgedSuspect[] = [];
  const cleared: { suspect: HeapSuspect; reason: string }[] = [];
  if (!growth || !intervals) return { accused, cleared };
  const outside = afterCollection(context, 'heap.external');
  const { code } = context.run;
  for (const found of growth.suspects) {
    const suspect: HeapSuspect = code ? { ...found, codeBounds: codeBounds(found, code) } : found;
    const behaviour = growthBehaviour(suspect, intervals);
    // Buffers are outside the heap.
    const line = suspectKind(suspect) === 'external-memory-leak' ? outside : heap;
    const { confidence, against, isOpen } = judgeSuspect(suspect, behaviour, line);
    if (confidence === null) {
      cleared.push({ suspect, reason: against[0] ?? '' });
      continue;
    }
    const isConnection = OF_CONNECTIONS.has(suspectKind(suspect));
    const clients = isConnection && confidence === 'possible' && !isOpen ? socketsOfClients(context, suspect) : null;
    if (clients !== null) {
      cleared.push({ suspect, reason: say.ofClients(clients) });
      continue;
    }
    const judged = { suspect, behaviour, confidence, against, line, ...(isOpen ? { isOpen } : {}) };
    const opened = isConnection ? null : openedConnections(context, behaviour);
    accused.push(opened === null || confidence === 'possible' ? judged : inDoubt(judged, say.forConnections(opened)));
  }
  return { accused: withoutEcho(withoutKeys(oneEachHolder(accused))), cleared };
}

/** Under overload a service keeps what waits: those suspects are in doubt. */
function withoutBacklog(judgement: Judgement, aborted: number): Judgement & { readonly isBacklog: boolean } {
  let isBacklog = false;
  const accused = judgement.accused.map((one): JudgedSuspect => {
    const doubt = one.confidence === 'possible' ? null : backlogDoubt(aborted, one.behaviour);
    if (doubt === null) return one;
    isBacklog = true;
    return inDoubt(one, doubt);
  });
  return { ...judgement, accused, isBacklog };
}

/** The same for growth that only the line of the heap shows. */
function unnamedBacklog({ entry }: AfterCollection, aborted: number): string | null {
  if (!entry) return null;
  return backlogDoubt(aborted, { unit: 'bytes', gained: entry.trend.slope * entry.trend.span });
}

function inDoubt<Judged extends Pick<JudgedSuspect, 'confidence' | 'against'>>(judged: Judged, doubt: string): Judged {
  return { ...judged, confidence: 'possible', against: [doubt, ...judged.against] };
}

/** When functions pile up, so do their names and literals. These strings are not a second leak. */
function withoutEcho(judged: readonly JudgedSuspect[]): JudgedSuspect[] {
  const isEcho = ({ suspect }: JudgedSuspect): boolean => suspect.holder.container === 'engine';
  if (!judged.some((one) => !isEcho(one) && one.confidence !== 'possible')) return [...judged];
  return judged.map((one) => (isEcho(one) ? inDoubt(one, say.ECHO) : one));
}

const NEARLY = 0.02;

/**
 * A store of one object may keep its keys in a list beside its values: as many strings as there are values are no second
 * leak. Where the values are less sure, the strings are everything that is known of it.
 */
function withoutKeys(judged: readonly JudgedSuspect[]): JudgedSuspect[] {
  const ownerOf = ({ suspect: { path } }: JudgedSuspect): number | undefined => path.at(-3)?.id;
  const isBeside = (keys: JudgedSuspect, values: JudgedSuspect): boolean =>
    ownerOf(keys) !== undefined &&
    ownerOf(keys) === ownerOf(values) &&
    sureness(values) >= sureness(keys) &&
    values.behaviour.gainedBytes > keys.behaviour.gainedBytes &&
    Math.abs(keys.behaviour.gained - values.behaviour.gained) <= NEARLY * values.behaviour.gained;
  return judged.filter(
    (one) => one.suspect.class !== '(string)' || !judged.some((other) => other !== one && isBeside(one, other)),
  );
}

/** What one suspect says against a pass: no other may take its place that says less. */
function sureness({ confidence, isOpen }: JudgedSuspect): number {
  return SURENESS[confidence] + (isOpen ? 0.5 : 0);
}

/**
 * Everything below one holder is one leak. It is represented by the surest group, and among equals by the one with most
 * bytes.
 */
function oneEachHolder(judged: readonly JudgedSuspect[]): JudgedSuspect[] {
  const best = new Map<string, JudgedSuspect>();
  for (const candidate of judged) {
    const key = anchorKey(candidate.suspect);
    const known = best.get(key);
    if (!known || standsBefore(candidate, known)) best.set(key, candidate);
  }
  return [...best.values()];
}

function standsBefore(one: JudgedSuspect, other: JudgedSuspect): boolean {
  const bySureness = sureness(one) - sureness(other);
  return bySureness === 0 ? one.behaviour.gainedBytes > other.behaviour.gainedBytes : bySureness > 0;
}

function anchorKey({ holder: held, anchorLocation: at }: HeapSuspect): string {
  // A slot is the same whatever it leads to.
  const holder = held.container === 'slot' ? { ...held, class: null } : held;
  return JSON.stringify([holder, at && [at.scriptUrl, at.line0, at.column0]]);
}

const SHOWN_AS_CLEARED = 3;

function describe(
  context: CheckContext,
  heap: AfterCollection,
  findings: readonly FindingDraft[],
  {
    cleared,
    intervals,
    open,
    told,
  }: Pick<Judgement, 'cleared'> & {
    readonly intervals: readonly SnapshotInterval[] | null;
    readonly open: ProportionalGrowth | null;
    readonly told: ProportionalGrowth | null;
  },
): CheckResult {
  const reasons = cleared
    .filter(({ suspect }) => (suspect.bytes.at(-1) ?? 0) > 0)
    .slice(0, SHOWN_AS_CLEARED)
    .map(({ suspect, reason }) => say.cleared(suspect, reason));
  const sentences = [say.heapLine(lineOf(heap), open, told), ...smallestBySnapshots(intervals), ...reasons];
  if (context.run.heapGrowthError !== null) sentences.push(context.run.heapGrowthError);
  return found(findings, sentences.join('; '));
}

/** What snapshots could detect: objects are counted, so that far less than any trend shows. */
function smallestBySnapshots(intervals: readonly SnapshotInterval[] | null): string[] {
  const requests = (intervals ?? []).reduce((sum, { requests: count }) => sum + (count ?? Number.NaN), 0);
  return requests > LEAST_GAIN ? [say.smallestBySnapshots(LEAST_GAIN, requests)] : [];
}

function lineOf({ entry }: AfterCollection): say.HeapLine | null {
  if (!entry) return null;
  const { level, slope, low, high, shape } = entry.trend;
  return { ...entry, level, slope, low, high, steps: shape.kind === 'two-steps' ? 'two steps' : 'one step' };
}
