import type { HeapSuspect } from '../../model/heap-growth.ts';

/**
 * Makes one suspect of one leak. One holder leads to the values of a dictionary, to its keys and to its table by different
 * edges. The first suspect keeps its name: the biggest comes first, but bare references and strings come last. Bytes add up.
 */
export function mergeByHolder(described: readonly HeapSuspect[]): HeapSuspect[] {
  const groups = new Map<number, HeapSuspect[]>();
  for (const suspect of described) {
    const group = groups.get(suspect.holderId);
    if (group) group.push(suspect);
    else groups.set(suspect.holderId, [suspect]);
  }
  return [...groups.values()].map(merged).sort((a, b) => b.shareOfGrowth - a.shareOfGrowth);
}

function merged(group: readonly HeapSuspect[]): HeapSuspect {
  const main =
    group.find((suspect) => !isBare(suspect)) ?? group.find((one) => one.class !== 'references') ?? group[0]!;
  const sum = (values: readonly (number | null)[]): number | null =>
    values.includes(null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
  // A doubly linked list is reached from both ends, so each half is counted separately.
  const halves = main.holder.container === 'chain' ? group.filter((one) => isHalf(one, main)) : [main];
  const addUp = (rows: readonly (readonly number[])[]): number[] =>
    rows[0]!.map((_, index) => rows.reduce((total, row) => total + row[index]!, 0));
  return {
    ...main,
    counts: addUp(halves.map(({ counts }) => counts)),
    cohorts: addUp(halves.map(({ cohorts }) => cohorts)),
    ...survivorsOf(halves),
    objectsPerRequest: sum(halves.map(({ objectsPerRequest }) => objectsPerRequest)),
    bytes: main.bytes.map((_, snapshot) => group.reduce((total, suspect) => total + suspect.bytes[snapshot]!, 0)),
    shareOfGrowth: Math.min(
      1,
      group.reduce((total, suspect) => total + suspect.shareOfGrowth, 0),
    ),
    bytesPerRequest: sum(group.map((suspect) => suspect.bytesPerRequest)),
  };
}

function isHalf(one: HeapSuspect, main: HeapSuspect): boolean {
  return one.holder.container === 'chain' && one.class === main.class && one.cohorts.length === main.cohorts.length;
}

function survivorsOf(halves: readonly HeapSuspect[]): { readonly survivors?: number } {
  const survivors = halves.map((half) => half.survivors);
  if (survivors.includes(undefined)) return {};
  return { survivors: survivors.reduce<number>((total, count) => total + (count ?? 0), 0) };
}

function isBare({ class: name }: HeapSuspect): boolean {
  return name === 'references' || name === '(string)';
}
