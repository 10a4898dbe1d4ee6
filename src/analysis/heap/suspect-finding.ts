import type { ChangingLine } from '../../model/changing-line.ts';
import { isFunctionClass } from '../../model/class-name.ts';
import type { Confidence, Finding, FindingSubject, Growth, Severity } from '../../model/finding.ts';
import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { HeapGrowth, HeapLocation, HeapSuspect } from '../../model/heap-growth.ts';
import type { Container } from '../../model/holder.ts';
import type { TrendedMetric } from '../../model/metric-catalogue.ts';
import type { PlaceOf, SourcePlace } from '../../model/profiles.ts';
import { type MonoMs, perHour } from '../../model/units.ts';
import { recommend } from '../../words/advice.ts';
import { caseAdvice } from '../../words/case-advice.ts';
import { lineText } from '../../words/changing-lines.ts';
import { DOUBT, NOT_OPEN } from '../../words/checks/heap-suspects.ts';
import { suspectTitle } from '../../words/checks/heap-title.ts';
import { holderText } from '../../words/holder.ts';
import { pathText } from '../../words/path.ts';
import { code } from '../../words/terms.ts';
import type { CheckContext, FindingDraft } from '../check.ts';
import { type ChangingLines, changingLines } from '../code/changing-lines.ts';
import { findingId } from '../finding-id.ts';
import { memoryTimeToLimit, type Rate, type TowardsLimit } from '../limits.ts';
import type { RunView } from '../run-view.ts';
import { type AfterCollection, afterCollection } from './after-collection.ts';
import { judgeBounds } from './bounds.ts';
import type { GrowthBehaviour } from './growth-tests.ts';
import { perRequest } from './per-request.ts';
import { suspectEvidence } from './suspect-evidence.ts';
import { suspectKind } from './suspect-kind.ts';
import { perRequestIn } from './whole-number.ts';

export interface JudgedSuspect {
  readonly suspect: HeapSuspect;
  readonly behaviour: GrowthBehaviour;
  readonly confidence: Confidence;
  /** The series that it shows in: the heap, or the buffers beside it. */
  readonly line: AfterCollection;
  readonly against: readonly string[];
  /** This run cannot tell whether it leaks: no pass. */
  readonly isOpen?: true;
}

type AllocatedAt = NonNullable<Finding['allocatedAt']>;

/** A judged suspect as a finding of the report. */
export function suspectFinding(
  { suspect, behaviour, confidence, against, line }: JudgedSuspect,
  context: CheckContext,
  heapGrowth: HeapGrowth,
): FindingDraft {
  const ofPath = heldOutside(context, suspectKind(suspect));
  const kind = asCounted(context, suspect, behaviour, ofPath);
  const rate = rateOf(behaviour, suspect, line);
  const where = kind === 'external-memory-leak' ? 'outside' : 'heap';
  const alone = memoryTimeToLimit(context, { heap: rate, memory: rate }, where);
  const measured = { ...growthOf(suspect, behaviour, rate), ...withAllThatGrows(context, alone, rate, where) };
  const growth: Growth = hasInterval(behaviour, line)
    ? measured
    : { ...measured, bytesPerHourCI: null, timeToLimitCI: [null, null] };
  const allocatedAt = allocationStacks(context, suspect);
  const changes = withRoute(context.run.code ? changingLines(suspect, context.run.code) : {}, behaviour);
  return {
    id: findingId(kind, suspect.class, suspect.signature),
    kind,
    confidence,
    severity: severityOf(confidence, alone),
    title: suspectTitle(kind, suspect, { ...behaviour, perRequest: perRequest(behaviour) }),
    subject: { ...subjectOf(suspect, context.run.placeOf, allocatedAt), ...changes },
    objects: suspect,
    growth,
    firstSeenMs: firstSeenMs(context, suspect, behaviour),
    ...(allocatedAt.length > 0 ? { allocatedAt } : {}),
    countSeries: suspect.counts,
    evidence: [
      ...suspectEvidence(suspect, behaviour, heapGrowth, line),
      ...(kind === ofPath ? [] : [{ what: NOT_OPEN, file: 'samples.ndjson' }]),
    ],
    against: [...against, ...counterHypotheses(suspect, behaviour, changes.removed ?? [])],
    recommendation: adviceFor(kind, suspect, behaviour, changes),
  };
}

/** Which requests lead to the statement that adds. Not where those of another route would fit as well. */
function withRoute(changes: Partial<ChangingLines>, { whole }: GrowthBehaviour): Partial<ChangingLines> {
  const [first, ...more] = changes.added ?? [];
  if (!first || !whole || whole.request === null || whole.rivals.length > 0) return changes;
  const { request, outcome } = whole;
  const route = { route: request, ...(outcome === 'any' ? {} : { outcome }) };
  return { ...changes, added: [{ ...first, ...route }, ...more] };
}

/** From the statements where they are known, else for the kind. */
function adviceFor(
  kind: HeapFindingKind,
  suspect: HeapSuspect,
  behaviour: GrowthBehaviour,
  { added = [], removed = [] }: Partial<ChangingLines>,
): string {
  const about = { holder: holderText(suspect.holder), subject: code(suspect.class) };
  const brokenBound = judgeBounds(suspect, behaviour).broken;
  return caseAdvice({ kind, ...about, added, removed, brokenBound }) ?? recommend(kind, about);
}

/** What is counted of the process itself, and from how many on a rise is worth a word. */
const COUNTED: Readonly<
  Partial<Record<HeapFindingKind, { readonly metric: TrendedMetric; readonly leastGrowth: number }>>
> = {
  'timer-leak': { metric: 'resources.timers', leastGrowth: 20 },
  'thread-leak': { metric: 'process.threads', leastGrowth: 3 },
  'socket-leak': { metric: 'process.fds.socket', leastGrowth: 10 },
};

/** Of the runtime itself: what it holds is open, whatever is counted (a timer without `ref` is not). */
const HELD_BY_RUNTIME: readonly Container[] = ['timers', 'handles', 'engine'];

/**
 * Timers that have fired, threads that have ended and sockets that are closed are objects like any other: where the count
 * of those that are open does not rise with them, what leaks is their entry, and to clear or close them cures nothing.
 */
function asCounted(
  { trends }: CheckContext,
  { holder }: HeapSuspect,
  { loaded, gained, unit }: GrowthBehaviour,
  kind: HeapFindingKind,
): HeapFindingKind {
  const counted = COUNTED[kind];
  if (!counted || unit !== 'objects' || HELD_BY_RUNTIME.includes(holder.container)) return kind;
  const open = trends.judge(counted.metric, { leastShare: 0.1, leastGrowth: counted.leastGrowth });
  const loadedMs = loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const wouldShow = open !== null && gained / Math.max(1, loadedMs) > 2 * open.smallestSlope;
  return open !== null && open.verdict !== 'growing' && wouldShow ? 'js-heap-leak' : kind;
}

const MOSTLY_OUTSIDE = 2;

/** Objects of the heap that hold buffers: where most of what grows lies outside, that is the leak to name. */
function heldOutside({ trends }: CheckContext, kind: HeapFindingKind): HeapFindingKind {
  const outside = trends.judge('heap.external', { leastGrowth: 1_000_000 });
  const inside = trends.judge('heap.live');
  if (kind !== 'js-heap-leak' || outside?.verdict !== 'growing') return kind;
  return outside.trend.slope > MOSTLY_OUTSIDE * Math.max(0, inside?.trend.slope ?? 0) ? 'external-memory-leak' : kind;
}

function subjectOf(suspect: HeapSuspect, placeOf: PlaceOf, allocatedAt: AllocatedAt): FindingSubject {
  const own = placeOfLocation(suspect.classLocation, placeOf);
  // What the runtime holds has no place in the program: whoever the path came by did not make its list.
  const isOfRuntime = HELD_BY_RUNTIME.includes(suspect.holder.container);
  const held = isOfRuntime ? null : placeOfLocation(suspect.anchorLocation, placeOf);
  // A line of Node itself is where nobody looks.
  const holder = held?.file.startsWith('node:') ? (own ?? held) : held;
  const place = holder ?? own ?? allocatedBy(allocatedAt);
  const source = place && { file: place.file, line: place.line, column: place.column, function: place.function };
  const maker = place === held ? makerOf(suspect, own, held, allocatedAt) : null;
  return {
    class: suspect.class,
    holder: holderText(suspect.holder),
    path: pathText(suspect.path),
    source,
    ...(maker ? { madeAt: maker } : {}),
    ...(place !== null && place === held && maker === null && !isSameLine(own, held) ? { isSourceOfHolder: true } : {}),
    package: place?.package ?? null,
  };
}

/** The nearest line of the service or of a package, else of Node. */
function allocatedBy(allocatedAt: AllocatedAt): SourcePlace | null {
  const stack = allocatedAt[0]?.stack ?? [];
  return stack.find(({ file }) => !file.startsWith('node:')) ?? stack[0] ?? null;
}

const HOLDS_FUNCTIONS: readonly Container[] = ['listeners', 'timers', 'promise'];

/**
 * The holder is made once, and that line is seldom the one to change. A function that stays stands where it is made; of
 * other objects, who allocates them in the file of the holder.
 */
function makerOf(
  { class: name, holder: { container } }: HeapSuspect,
  own: SourcePlace | null,
  heldAt: SourcePlace | null,
  allocatedAt: AllocatedAt,
): SourcePlace | null {
  const isFunction = isFunctionClass(name) || HOLDS_FUNCTIONS.includes(container);
  const maker = isFunction
    ? own
    : allocatedAt
        .flatMap(({ stack }) => stack)
        .find(({ file, package: of }) => file === heldAt?.file && of === heldAt.package);
  return maker && heldAt && !isSameLine(maker, heldAt) ? maker : null;
}

function isSameLine(a: SourcePlace | null, b: SourcePlace | null): boolean {
  return a !== null && b !== null && a.file === b.file && a.line === b.line;
}

function placeOfLocation(at: HeapLocation | null, placeOf: PlaceOf): SourcePlace | null {
  return at && placeOf(at.scriptUrl, at.line0, at.column0, at.functionName, at.variable);
}

function growthOf(suspect: HeapSuspect, behaviour: GrowthBehaviour, rate: Rate): Omit<Growth, keyof TowardsLimit> {
  const requests = behaviour.loaded.reduce((sum, { interval }) => sum + (interval.requests ?? Number.NaN), 0);
  const { whole } = behaviour;
  return {
    bytesPerHour: perHour(rate.slope),
    bytesPerHourCI: [perHour(rate.low), perHour(rate.high)],
    bytesPerRequest: requests > 0 ? behaviour.gainedBytes / requests : suspect.bytesPerRequest,
    objectsPerRequest: behaviour.unit === 'objects' ? (perRequest(behaviour) ?? suspect.objectsPerRequest) : null,
    shareOfGrowth: suspect.shareOfGrowth,
    ...(whole && whole.request !== null
      ? { of: { request: whole.request, outcome: whole.outcome, perRequest: whole.perRequest } }
      : {}),
  };
}

/** Where others grow beside it, the limit is met in less than this share of the time that the suspect alone would take. */
const MUCH_SOONER = 0.8;

/** Into a limit grows all that grows, other leaks too: the lines of the whole, where they are steeper than the suspect's. */
function withAllThatGrows(
  context: CheckContext,
  alone: TowardsLimit,
  rate: Rate,
  where: 'heap' | 'outside',
): TowardsLimit {
  const [heap, external] = (['heap.live', 'heap.external'] as const).map((name) => {
    const line = afterCollection(context, name);
    return line.isGrowing && line.entry !== null ? line.entry.trend : null;
  });
  const inHeap = where === 'heap' ? fasterOf(rate, heap) : heap;
  const outside = where === 'heap' ? external : fasterOf(rate, external);
  const together = memoryTimeToLimit(context, { heap: inHeap ?? rate, memory: sumOf([inHeap, outside]) }, where);
  if (!together.limit || alone.timeToLimitMs === null || together.timeToLimitMs === null) return alone;
  const isMuchSooner = together.timeToLimitMs < MUCH_SOONER * alone.timeToLimitMs;
  return isMuchSooner ? { ...together, limit: { ...together.limit, atPaceOfAll: true } } : alone;
}

function fasterOf(rate: Rate, line: Rate | null | undefined): Rate {
  return line && line.slope > rate.slope ? line : rate;
}

function sumOf(rates: readonly (Rate | null | undefined)[]): Rate {
  return rates.reduce<Rate>(
    (sum, rate) =>
      rate ? { slope: sum.slope + rate.slope, low: sum.low + rate.low, high: sum.high + rate.high } : sum,
    { slope: 0, low: 0, high: 0 },
  );
}

/**
 * Bytes a millisecond of load. The interval is as wide, in proportion, as that of the line of the whole heap; where
 * that is not known, from the slowest to the fastest interval between snapshots.
 */
function rateOf(behaviour: GrowthBehaviour, suspect: HeapSuspect, heap: AfterCollection): Rate {
  const loadedMs = behaviour.loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const slope = behaviour.gainedBytes / Math.max(1, loadedMs);
  const line = heap.isGrowing ? heap.entry?.trend : undefined;
  if (line && line.slope > 0) {
    return { slope, low: (slope * Math.max(0, line.low)) / line.slope, high: (slope * line.high) / line.slope };
  }
  const bytesPerObject = behaviour.unit === 'objects' ? behaviour.gainedBytes / behaviour.gained : 1;
  const rates = behaviour.loaded.map(
    ({ interval, amount }) => (amount * bytesPerObject) / Math.max(1, interval.loadedMs),
  );
  return suspect.bytes.length > 0
    ? { slope, low: Math.min(...rates), high: Math.max(...rates) }
    : { slope, low: slope, high: slope };
}

/** From the slowest to the fastest of two is no interval of 95 %. */
const LEAST_INTERVALS = 3;

function hasInterval({ loaded }: GrowthBehaviour, heap: AfterCollection): boolean {
  return loaded.length >= LEAST_INTERVALS || (heap.isGrowing && (heap.entry?.trend.slope ?? 0) > 0);
}

const DAY_MS = 24 * 3_600_000;

function severityOf(confidence: Confidence, { timeToLimitMs }: TowardsLimit): Severity {
  if (confidence === 'possible') return 'minor';
  return timeToLimitMs !== null && timeToLimitMs < 7 * DAY_MS ? 'critical' : 'major';
}

/** What the first snapshot holds already came before it, at the same pace. */
function firstSeenMs({ whole }: RunView, { counts }: HeapSuspect, behaviour: GrowthBehaviour): number {
  const { loaded, gained, unit } = behaviour;
  const grown = loaded.find(({ amount }) => amount > 0);
  const fromMs = grown?.interval.fromMs ?? whole.fromMs;
  const began = beginning(behaviour);
  if (began !== null) return Math.max(0, began - whole.fromMs);
  const loadedMs = loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const earlierMs = unit === 'objects' && gained > 0 ? ((counts[0] ?? 0) / gained) * loadedMs : 0;
  return Math.max(0, fromMs - earlierMs - whole.fromMs);
}

/**
 * Of one that began in the middle: the interval in which it did held requests at their pace, and so many of them left something
 * that it must have begun so long before the end of it. Null for one that was there from the start.
 */
function beginning({ loaded, whole }: GrowthBehaviour): MonoMs | null {
  const before = whole && loaded[whole.since - 1];
  if (!before) return null;
  const { fromMs, toMs } = before.interval;
  const share = Math.min(1, Math.max(0, perRequestIn(before, whole) / whole.perRequest));
  return toMs - (Number.isNaN(share) ? 0 : share) * (toMs - fromMs);
}

const STACKS = 3;
const LEAST_SAMPLES = 10;

/**
 * The sampling profile does not know classes: its stacks belong to the growth of the whole heap, so they are shown where
 * the suspect is most of it. Those that begin in the service's own code come first.
 */
function allocationStacks({ run }: RunView, { shareOfGrowth }: HeapSuspect): AllocatedAt {
  if (shareOfGrowth < 0.5) return [];
  return run.allocationGrowth
    .filter(({ stack, samples }) => stack.length > 0 && (samples === null || samples >= LEAST_SAMPLES))
    .slice(0, STACKS)
    .toSorted((a, b) => Number(isOwn(b.stack[0])) - Number(isOwn(a.stack[0])))
    .map(({ shareOfGrowth: share, stack }) => ({ share, stack }));
}

/** Code of the service itself: a line of Node or of a package is nothing that one changes. */
function isOwn(place: SourcePlace | undefined): boolean {
  return place !== undefined && place.package === null && !place.file.startsWith('node:');
}

const CONTAINERS: readonly Container[] = ['map', 'set', 'array', 'object', 'weak-map', 'unknown'];

function counterHypotheses(
  suspect: HeapSuspect,
  behaviour: GrowthBehaviour,
  removed: readonly ChangingLine[],
): string[] {
  const against: string[] = [];
  const isContainer = CONTAINERS.includes(suspect.holder.container);
  const { open, broken } = judgeBounds(suspect, behaviour);
  if (open === null && broken === null && isContainer) {
    const remover = removed.find(({ runs }) => runs !== 0);
    against.push(remover ? DOUBT.bounded(lineText(remover)) : DOUBT.filling);
  }
  if (!behaviour.outlivedIdle) against.push(DOUBT.noIdle);
  return against;
}
