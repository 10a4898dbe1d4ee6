import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { DescribedSuspect } from './describe-suspect.ts';

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
  return [...groups.values()].map(merged).sort((a, b) => b.shareOfGrowth - a.shareOfGrowth);
}

function merged(group: readonly HeapSuspect[]): HeapSuspect {
  const main =
    group.find((suspect) => !isBare(suspect)) ?? group.find((one) => one.class !== 'references') ?? group[0]!;
  const sum = (values: readonly (number | null)[]): number | null =>
    values.includes(null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
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

function isBare({ class: name }: HeapSuspect): boolean {
  return name === 'references' || name === '(string)';
}
