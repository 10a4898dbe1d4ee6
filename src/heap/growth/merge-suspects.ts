import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { DescribedSuspect } from './describe-suspect.ts';
import { PROPERTY } from './edge-labels.ts';
import { gain } from './find-anchors.ts';

/**
 * One leak, one suspect: the values of a dictionary, its keys and its table hang below one holder by different edges.
 * The first keeps its name (the biggest comes first, but bare references and strings give way), bytes add up.
 */
export function mergeByHolder(described: readonly DescribedSuspect[]): HeapSuspect[] {
  const groups = new Map<number, HeapSuspect[]>();
  for (const { suspect, holderNode } of described) {
    const group = groups.get(holderNode);
    if (group) group.push(suspect);
    else groups.set(holderNode, [suspect]);
  }
  return mergeSiblings([...groups.values()].map(merged)).sort((a, b) => b.shareOfGrowth - a.shareOfGrowth);
}

/**
 * One list in each of eight rooms, known by their names (`rooms.lobby.pollers`, `rooms.office.pollers`), is one leak as
 * well. Their paths differ in one property, and they grow side by side: a cache that fills is not put together with its
 * sibling that has no bound.
 */
function mergeSiblings(suspects: readonly HeapSuspect[]): HeapSuspect[] {
  const open = new Set(suspects);
  const out: HeapSuspect[] = [];
  for (const suspect of suspects) {
    if (!open.delete(suspect)) continue;
    const found = propertiesOf(suspect).map(({ mask, name }) => ({
      mask,
      name,
      siblings: [...open].filter((other) => isSibling(suspect, other, mask)),
    }));
    const most = found.reduce((a, b) => (b.siblings.length > a.siblings.length ? b : a), {
      mask: '',
      name: '',
      siblings: [] as HeapSuspect[],
    });
    for (const sibling of most.siblings) open.delete(sibling);
    out.push(most.siblings.length === 0 ? suspect : together([suspect, ...most.siblings], most));
  }
  return out;
}

const STEP = ' > ';
const KEY = '<key>';

/** The signature with one property masked, for each that it has. */
function propertiesOf({ signature }: HeapSuspect): { readonly mask: string; readonly name: string }[] {
  const steps = signature.split(STEP);
  return steps.flatMap((step, at) => {
    const name = step.startsWith(PROPERTY) ? step.slice(PROPERTY.length, step.indexOf(' ')) : '';
    if (name === '') return [];
    const masked = `${KEY}${step.slice(PROPERTY.length + name.length)}`;
    return [{ name, mask: steps.with(at, masked).join(STEP) }];
  });
}

/** How far the shares of growth that fell into an interval may lie apart. Counts of a few dozen scatter by less. */
const SIDE_BY_SIDE = 0.25;

function isSibling(a: HeapSuspect, b: HeapSuspect, mask: string): boolean {
  if (a.class !== b.class || a.holder !== b.holder) return false;
  if (!propertiesOf(b).some((property) => property.mask === mask)) return false;
  const shares = [a, b].map(({ counts }) => counts.map((count) => (count - counts[0]!) / gain(counts)));
  return shares[0]!.every((share, at) => Math.abs(share - shares[1]![at]!) <= SIDE_BY_SIDE);
}

function together(group: readonly HeapSuspect[], { mask, name }: { mask: string; name: string }): HeapSuspect {
  const [first] = group as readonly [HeapSuspect, ...HeapSuspect[]];
  const rows = (of: (one: HeapSuspect) => readonly number[]): number[] =>
    of(first).map((_, at) => group.reduce((total, one) => total + (of(one)[at] ?? 0), 0));
  const survivors = group.map((one) => one.survivors);
  return {
    ...merged(group),
    signature: mask,
    path: first.path.map((step) =>
      step.edge === `property \`${name}\`` ? { ...step, edge: `value of ${KEY}` } : step,
    ),
    holders: group.reduce((total, one) => total + (one.holders ?? 1), 0),
    counts: rows((one) => one.counts),
    cohorts: rows((one) => one.cohorts),
    objectsPerRequest: sum(group.map((one) => one.objectsPerRequest)),
    ...(survivors.includes(undefined) ? {} : { survivors: survivors.reduce<number>((a, b) => a + (b ?? 0), 0) }),
  };
}

function merged(group: readonly HeapSuspect[]): HeapSuspect {
  const main =
    group.find((suspect) => !isBare(suspect)) ?? group.find((one) => one.class !== 'references') ?? group[0]!;
  return {
    ...main,
    bytes: main.bytes.map((_, snapshot) => group.reduce((total, suspect) => total + suspect.bytes[snapshot]!, 0)),
    shareOfGrowth: Math.min(
      1,
      group.reduce((total, suspect) => total + suspect.shareOfGrowth, 0),
    ),
    bytesPerRequest: sum(group.map((suspect) => suspect.bytesPerRequest)),
  };
}

function sum(values: readonly (number | null)[]): number | null {
  return values.includes(null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function isBare({ class: name }: HeapSuspect): boolean {
  return name === 'references' || name === '(string)';
}
