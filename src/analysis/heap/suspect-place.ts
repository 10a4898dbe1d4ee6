import { isFunctionClass } from '../../model/class-name.ts';
import type { Finding, FindingSubject } from '../../model/finding.ts';
import type { HeapLocation, HeapSuspect } from '../../model/heap-growth.ts';
import type { Container } from '../../model/holder.ts';
import type { PlaceOf, SourcePlace } from '../../model/profiles.ts';
import { holderText } from '../../words/holder.ts';
import { pathText } from '../../words/path.ts';
import type { RunView } from '../run-view.ts';
import { isHeldByRuntime } from './suspect-kind.ts';

export type AllocatedAt = NonNullable<Finding['allocatedAt']>;

/** What leaks, what holds it, and the line of the program. */
export function subjectOf(suspect: HeapSuspect, placeOf: PlaceOf, allocatedAt: AllocatedAt): FindingSubject {
  const own = placeOfLocation(suspect.classLocation, placeOf);
  // What the runtime holds has no place in the program: the objects on the path did not create its list.
  const held = isHeldByRuntime(suspect.holder) ? null : placeOfLocation(suspect.anchorLocation, placeOf);
  // A line of Node itself does not help the reader.
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

const STACKS = 3;
/** With fewer samples a stack may be chance. */
const LEAST_SAMPLES = 10;
const MOST_OF_GROWTH = 0.5;

/**
 * The sampling profile does not know classes: its stacks belong to the growth of the whole heap, so they are shown where
 * the suspect is most of it. Those that begin in the service's own code come first.
 */
export function allocationStacks({ run }: RunView, { shareOfGrowth }: HeapSuspect): AllocatedAt {
  if (shareOfGrowth < MOST_OF_GROWTH) return [];
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
