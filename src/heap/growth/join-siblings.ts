import { PROPERTY } from './edge-labels.ts';
import { gain, type PlaceSeries } from './find-anchors.ts';
import { SignatureTree } from './signature-tree.ts';
import type { SuspectSeries } from './suspect-series.ts';

/** The largest difference allowed between the shares of growth in an interval. Counts of a few dozen scatter by less. */
const SIDE_BY_SIDE = 0.25;
/** With two snapshots there is one share, of everything. */
const LEAST_SNAPSHOTS = 3;
/** Two lists on one object, or on two plain objects, may be two leaks. Then their names are worth more than their sum. */
const LEAST_UNLIKE = 4;
const SAYS_NOTHING = /^(Object|Array|Map|Set|Promise|\(string\))$/;
const LEAST_OBJECTS = 4;
const MOST_LOOKED_AT = 500;

/**
 * One list in each of eight rooms, known by their names (`rooms.lobby.pollers`, `rooms.office.pollers`), is one leak. Their
 * signatures differ in one property, and they grow side by side: a cache that fills is not put together with its sibling
 * that has no bound.
 */
export function joinSiblings(series: PlaceSeries, found: readonly SuspectSeries[]): SuspectSeries[] {
  if (series.sums.length < LEAST_SNAPSHOTS) return [...found];
  const byMask = new Map<string, Masked[]>();
  for (const suspect of lookedAt(found)) {
    for (const [mask, at] of masksOf(series, suspect)) {
      const group = byMask.get(mask);
      if (group) group.push({ suspect, at });
      else byMask.set(mask, [{ suspect, at }]);
    }
  }
  const joined = new Map<SuspectSeries, SuspectSeries | null>();
  for (const group of [...byMask.values()].sort((a, b) => b.length - a.length)) {
    const [first, ...others] = group.filter(({ suspect }) => !joined.has(suspect));
    if (!first) continue;
    const beside = others.filter(({ suspect }) => growSideBySide(first.suspect, suspect));
    if (beside.length + 1 < leastOf(series, first)) continue;
    joined.set(first.suspect, together([first, ...beside]));
    for (const { suspect } of beside) joined.set(suspect, null);
  }
  return found.flatMap((suspect) => {
    const result = joined.get(suspect);
    return result === undefined ? [suspect] : result === null ? [] : [result];
  });
}

function leastOf({ tree }: PlaceSeries, { suspect: { main, place }, at }: Masked): number {
  return at === place.anchor || SAYS_NOTHING.test(tree.classes.get(tree.class(main))) ? LEAST_UNLIKE : 2;
}

interface Masked {
  readonly suspect: SuspectSeries;
  /** The signature that the masked property leads to. */
  readonly at: number;
}

function lookedAt(found: readonly SuspectSeries[]): SuspectSeries[] {
  return found
    .filter(({ main, counts }) => main >= 0 && gain(counts) >= LEAST_OBJECTS)
    .sort((a, b) => gain(b.bytes) - gain(a.bytes))
    .slice(0, MOST_LOOKED_AT);
}

/** The steps from the root, once for each property with that property left out, and the signature that it leads to. */
function masksOf({ tree }: PlaceSeries, { main }: SuspectSeries): [mask: string, at: number][] {
  const path: number[] = [];
  for (let at = main; at !== SignatureTree.root; at = tree.parent(at)) path.push(at);
  const steps = path.map((at) => `${tree.label(at)}:${tree.class(at)}`);
  return path.flatMap((at, index): [string, number][] =>
    tree.labels.get(tree.label(at)).startsWith(PROPERTY)
      ? [[steps.with(index, `*:${tree.class(at)}`).join(' '), at]]
      : [],
  );
}

function growSideBySide(a: SuspectSeries, b: SuspectSeries): boolean {
  const [ours, theirs] = [a, b].map(({ counts }) => counts.map((count) => (count - counts[0]!) / gain(counts)));
  return ours!.every((share, at) => Math.abs(share - theirs![at]!) <= SIDE_BY_SIDE);
}

function together(masked: readonly [Masked, ...Masked[]]): SuspectSeries {
  const group = masked.map(({ suspect }) => suspect);
  const [{ suspect: first }] = masked;
  const sum = (rows: readonly (readonly number[])[]): number[] =>
    first.counts.map((_, snapshot) => rows.reduce((total, row) => total + row[snapshot]!, 0));
  return {
    ...first,
    place: { anchor: first.place.anchor, groups: group.flatMap(({ place }) => place.groups) },
    counted: group.flatMap(({ counted }) => counted),
    counts: sum(group.map(({ counts }) => counts)),
    bytes: sum(group.map(({ bytes }) => bytes)),
    siblings: masked.map(({ suspect: { main, place }, at }) => ({ main, anchor: place.anchor, at })),
  };
}
