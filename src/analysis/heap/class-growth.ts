import type { HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import type { CheckContext } from '../check.ts';
import { PARTLY_RELEASED_COUNTS, STEADY_COUNTS } from '../leak-thresholds.ts';
import { intervalsBetween, snapshotIntervals } from '../snapshot-intervals.ts';
import { type GrowthBehaviour, growthBehaviour } from './growth-tests.ts';

/** A class whose objects pile up, by the counts that replace snapshots. */
export interface GrowingClass {
  readonly class: string;
  readonly counts: readonly number[];
  readonly behaviour: GrowthBehaviour;
}

/** What everything is made of: named only where no class of the program grows. */
const BUILT_IN =
  /^(Object|Array|Function|Map|Set|WeakMap|WeakSet|WeakRef|Promise|Date|RegExp|Error|String|Number|Boolean|Symbol|(Async|Generator|AsyncGenerator)Function|ArrayBuffer|Buffer|Uint8Array|FastBuffer)$/;
export function isBuiltIn(name: string): boolean {
  return BUILT_IN.test(name);
}

const LEAST_GAIN = 30;

/** The program's own classes first, then by how many there are more. Empty with fewer than two counts. */
export function growingClasses(context: CheckContext): GrowingClass[] {
  const segments = context.run.manifest.segments.length;
  const taken = context.run.events.flatMap((event) => (event.type === 'class-counts' ? [event] : []));
  // Counts of two lives of the process do not compare.
  if (taken.length < 2 || segments > 1) return [];
  const intervals = intervalsBetween(context, taken);
  const names = new Set(taken.flatMap(({ classes }) => classes.map(({ class: name }) => name)));
  return [...names]
    .map((name): GrowingClass => {
      const counts = taken.map(({ classes }) => classes.find((each) => each.class === name)?.count ?? 0);
      return { class: name, counts, behaviour: growthBehaviour(asSuspect(name, counts), intervals) };
    })
    .filter(({ behaviour }) => isGrowing(behaviour))
    .sort(byOwner);
}

/** What no program makes by itself, beside what everything is made of. */
const ENGINE = /^(system \/|\(|Feedback|Weak(Fixed)?Array|LoadHandler|StoreHandler|PropertyCell|Bytecode)/;
/** The share of the growth that is objects of the class, or is below them. */
const LEAST_SHARE = 0.3;

/**
 * The same over all roots of the snapshots that were compared: a chain that hangs on a request in progress in one snapshot
 * and on a microtask in the next is no group that grows in one place, but its class grows like any leak.
 */
export function classesGrowingAnywhere(context: CheckContext, growth: HeapGrowth): GrowingClass[] {
  const intervals = snapshotIntervals(context, growth);
  if (intervals === null || growth.growthBytes <= 0) return [];
  return growth.classes
    .filter(({ class: name, retainedBytes }) => {
      const gained = (retainedBytes.at(-1) ?? 0) - (retainedBytes[0] ?? 0);
      return !ENGINE.test(name) && gained >= LEAST_SHARE * growth.growthBytes;
    })
    .map(({ class: name, counts }): GrowingClass => {
      return { class: name, counts, behaviour: growthBehaviour(asSuspect(name, counts), intervals) };
    })
    .filter(({ behaviour }) => isGrowing(behaviour) && behaviour.loaded.length > 1)
    .sort(byOwner);
}

/** The program's own classes first, then by how many there are more. */
function byOwner(a: GrowingClass, b: GrowingClass): number {
  return Number(BUILT_IN.test(a.class)) - Number(BUILT_IN.test(b.class)) || b.behaviour.gained - a.behaviour.gained;
}

function isGrowing({ unit, gained, growsInEveryInterval, evenness, releasedInIdle }: GrowthBehaviour): boolean {
  const isEven = evenness === null || evenness >= STEADY_COUNTS;
  return (
    unit === 'objects' &&
    gained >= LEAST_GAIN &&
    growsInEveryInterval &&
    isEven &&
    (releasedInIdle ?? 0) <= PARTLY_RELEASED_COUNTS
  );
}

function asSuspect(name: string, counts: readonly number[]): HeapSuspect {
  return {
    class: name,
    holder: { container: 'unknown', class: '', knownBy: null, owner: null },
    holderId: 0,
    path: [],
    signature: name,
    anchorLocation: null,
    classLocation: null,
    counts,
    bytes: counts.map(() => 0),
    cohorts: [],
    shareOfGrowth: 0,
    objectsPerRequest: null,
    bytesPerRequest: null,
    boundHints: [],
  };
}
