import type { Bytes } from '../../model/units.ts';
import { countsOf, type GrowingPlace, gain, type PlaceSeries } from './find-anchors.ts';
import { isContextClass, isEngineClass } from './node-classes.ts';

/** A growing place with its figures, before it is described. */
export interface SuspectSeries {
  readonly place: GrowingPlace;
  /** Signature of what leaks: the outermost object that a program can name; -1 when only references grow. */
  readonly main: number;
  /** Signatures whose objects `counts` counts. */
  readonly counted: readonly number[];
  readonly counts: readonly number[];
  readonly bytes: readonly Bytes[];
  /** The suspects that were joined into it, if any. */
  readonly siblings?: readonly Sibling[];
}

/** One of several suspects that differ in the property that leads to `at`. */
export interface Sibling {
  readonly main: number;
  readonly anchor: number;
  readonly at: number;
}

/** Totals of all objects of a class, by the number of the class in the tree, a row per snapshot. */
export interface ClassTotals {
  readonly count: readonly Float64Array[];
  readonly bytes: readonly Float64Array[];
}

function classTotals({ tree, sums }: PlaceSeries): ClassTotals {
  const count = sums.map(() => new Float64Array(tree.classes.count));
  const bytes = sums.map(() => new Float64Array(tree.classes.count));
  for (let signature = 0; signature < tree.count; signature++) {
    const klass = tree.class(signature);
    sums.forEach((sum, snapshot) => {
      count[snapshot]![klass] = count[snapshot]![klass]! + sum.count[signature]!;
      bytes[snapshot]![klass] = bytes[snapshot]![klass]! + sum.bytes[signature]!;
    });
  }
  return { count, bytes };
}

/**
 * Counts and bytes of every place. Where the shortest path of objects changed between two snapshots they leave one
 * place and turn up in another without any growth: what a place gained of a class is cut to what the whole heap
 * gained of it, and the rest is counted as having been there before. What moves takes along all that it holds: where the
 * whole heap gained as much of something that the place holds, nothing has moved, and the other classes were freed
 * elsewhere.
 */
export function seriesOfSuspects(series: PlaceSeries, places: readonly GrowingPlace[]): SuspectSeries[] {
  const totals = classTotals(series);
  const owner = placeOfSignature(series, places);
  const perPlace = bytesByClass(series, places, owner);
  return places.map((place, index) => {
    const hasMoved = !isNew(perPlace[index]!, totals);
    const main = mainSignature(series, place);
    const sameClass = main < 0 ? [] : place.groups.filter((group) => holdsClassOf(series, group, main));
    const counted = main < 0 ? [place.anchor] : sameClass.length > 0 ? sameClass : [main];
    const counts = series.sums.map((sum) => counted.reduce((total, signature) => total + sum.count[signature]!, 0));
    return {
      place,
      main,
      counted,
      counts:
        main < 0 || !hasMoved
          ? counts
          : cutToTotal(
              counts,
              totals.count.map((row) => row[series.tree.class(main)]!),
            ),
      bytes: addUp(perPlace[index]!, hasMoved ? totals : null),
    };
  });
}

function holdsClassOf(series: PlaceSeries, group: number, main: number): boolean {
  return series.tree.class(group) === series.tree.class(main);
}

function placeOfSignature({ tree }: PlaceSeries, places: readonly GrowingPlace[]): Int32Array {
  const owner = new Int32Array(tree.count).fill(-1);
  places.forEach(({ anchor, groups }, index) => {
    for (const group of groups) owner[group] = index;
    if (groups.length === 0) owner[anchor] = index;
  });
  const groupless = new Set(places.filter(({ groups }) => groups.length === 0).map(({ anchor }) => anchor));
  for (let signature = 1; signature < tree.count; signature++) {
    const parent = tree.parent(signature);
    if (owner[signature] === -1 && owner[parent]! >= 0 && !groupless.has(parent)) owner[signature] = owner[parent]!;
  }
  return owner;
}

type ClassBytes = Map<number, number[]>;

function bytesByClass(series: PlaceSeries, places: readonly GrowingPlace[], owner: Int32Array): ClassBytes[] {
  const { tree, sums } = series;
  const found: ClassBytes[] = places.map(() => new Map());
  const add = (place: number, signature: number): void => {
    const klass = tree.class(signature);
    const row = found[place]!.get(klass) ?? sums.map(() => 0);
    found[place]!.set(klass, row);
    sums.forEach((sum, snapshot) => {
      row[snapshot]! += sum.bytes[signature]!;
    });
  };
  for (let signature = 0; signature < tree.count; signature++)
    if (owner[signature]! >= 0) add(owner[signature]!, signature);
  // The table of a container grows with its contents.
  places.forEach(({ anchor, groups }, index) => {
    if (groups.length > 0 && owner[anchor] === -1) add(index, anchor);
  });
  return found;
}

/** A class counts as evidence from this share of what a place gained. */
const WITNESS = 0.1;
/** The whole heap gained at least this share of what a place gained of a class. */
const AS_MUCH = 0.9;

function isNew(byClass: ClassBytes, { bytes }: ClassTotals): boolean {
  const gained = [...byClass].map(([klass, row]) => ({ klass, own: gain(row) }));
  const all = gained.reduce((sum, { own }) => sum + Math.max(0, own), 0);
  return gained.some(
    ({ klass, own }) => own > WITNESS * all && gain(bytes.map((total) => total[klass]!)) >= AS_MUCH * own,
  );
}

/** `totals` null: nothing is cut. */
function addUp(byClass: ClassBytes, totals: ClassTotals | null): number[] {
  const sum: number[] = [];
  for (const [klass, row] of byClass) {
    const own =
      totals === null
        ? row
        : cutToTotal(
            row,
            totals.bytes.map((total) => total[klass]!),
          );
    own.forEach((value, snapshot) => {
      sum[snapshot] = (sum[snapshot] ?? 0) + value;
    });
  }
  return sum;
}

function cutToTotal(local: readonly number[], total: readonly number[]): number[] {
  const excess = gain(local) - Math.max(0, gain(total));
  if (gain(local) <= 0 || excess <= 0) return [...local];
  const last = local.at(-1)!;
  return local.map((value, snapshot) => (snapshot === local.length - 1 ? value : Math.min(last, value + excess)));
}

/**
 * What to call the leak: among all that grows directly below the anchor the group with most bytes, keys and other bare
 * strings only where there is nothing else; through parts of the engine down to the first thing that has a name.
 */
function mainSignature(series: PlaceSeries, { groups }: GrowingPlace): number {
  const named = groups.map((group) => firstNamed(series, group));
  let best = -1;
  let bestWeight = -1;
  named.forEach((signature, index) => {
    const bytes = gain(series.subtree.map((sum) => sum[groups[index]!]!));
    const name = series.tree.classes.get(series.tree.class(signature));
    const weight = bytes * (name === '(string)' || isEngineClass(name) ? 0.01 : 1);
    if (weight > bestWeight) {
      best = signature;
      bestWeight = weight;
    }
  });
  return best;
}

function firstNamed(series: PlaceSeries, group: number): number {
  const { tree, subtree } = series;
  let at = group;
  for (let depth = 0; depth < 6; depth++) {
    if (!isUnnamed(tree.classes.get(tree.class(at)))) return at;
    let next = -1;
    for (let child = at + 1; child < tree.count; child++) {
      if (tree.parent(child) !== at || gain(countsOf(series, child)) * 2 < gain(countsOf(series, at))) continue;
      if (next < 0 || gain(subtree.map((sum) => sum[child]!)) > gain(subtree.map((sum) => sum[next]!))) next = child;
    }
    if (next < 0) return group;
    at = next;
  }
  return group;
}

function isUnnamed(name: string): boolean {
  return isEngineClass(name) || isContextClass(name);
}
