import type { HeapGraph } from '../heap-graph.ts';

/** Objects of the JavaScript heap have odd ids that rise with time; native nodes have even ids in no order. */
export function isOddId(id: number): boolean {
  return (id & 1) === 1;
}

/** Odd ids of a snapshot, ascending, each with the number of its class. */
export interface IdClasses {
  readonly ids: Uint32Array;
  readonly classes: Uint32Array;
}

export function collectIdClasses(graph: HeapGraph, classOf: (node: number) => number): IdClasses {
  const odd: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) if (isOddId(graph.nodeId[node]!)) odd.push(node);
  odd.sort((a, b) => graph.nodeId[a]! - graph.nodeId[b]!);
  return {
    ids: Uint32Array.from(odd, (node) => graph.nodeId[node]!),
    classes: Uint32Array.from(odd, classOf),
  };
}

/** Of the ids that both snapshots have, the share with the same class in both; null when they have none in common. */
export function shareOfSameClass(before: IdClasses, after: IdClasses): number | null {
  let common = 0;
  let same = 0;
  let at = 0;
  for (let index = 0; index < before.ids.length; index++) {
    const id = before.ids[index]!;
    while (at < after.ids.length && after.ids[at]! < id) at++;
    if (after.ids[at] !== id) continue;
    common++;
    if (after.classes[at] === before.classes[index]) same++;
  }
  return common === 0 ? null : same / common;
}
