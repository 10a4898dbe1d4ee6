import type { HeapGraph } from './heap-graph.ts';

/** The node that an edge leaves from: edges stand in the order of their nodes. */
export function sourceOf(graph: HeapGraph, edge: number): number {
  const { firstEdge } = graph;
  let low = 0;
  let high = graph.nodeCount;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (firstEdge[middle]! <= edge) low = middle;
    else high = middle;
  }
  return low;
}
