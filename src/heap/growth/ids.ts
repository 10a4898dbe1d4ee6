import type { HeapGraph } from '../heap-graph.ts';

/** Objects of the JavaScript heap have odd ids that rise with time; native nodes have even ids in no order. */
export function isOddId(id: number): boolean {
  return (id & 1) === 1;
}

/** Class by odd id, of a sample of the ids of a snapshot: the same ids are in the samples of all snapshots. */
export type IdClasses = ReadonlyMap<number, number>;

/** This many ids give a share to a tenth of a percent. */
const SAMPLE = 100_000;

/** In a heap with this many nodes, every n-th id is sampled. */
export function samplingStep(nodeCount: number): number {
  return Math.max(1, Math.floor(nodeCount / SAMPLE));
}

export function sampleIdClasses(graph: HeapGraph, classOf: (node: number) => number, step: number): IdClasses {
  const { nodeCount, nodeId } = graph;
  const sample = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    const id = nodeId[node]!;
    if (isOddId(id) && (id >>> 1) % step === 0) sample.set(id, classOf(node));
  }
  return sample;
}

/** Of the ids that both snapshots have, the share with the same class in both; null when they have none in common. */
export function shareOfSameClass(before: IdClasses, after: IdClasses): number | null {
  let common = 0;
  let same = 0;
  for (const [id, own] of before) {
    const other = after.get(id);
    if (other === undefined) continue;
    common++;
    if (other === own) same++;
  }
  return common === 0 ? null : same / common;
}
