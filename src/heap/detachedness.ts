import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

const ATTACHED = 1;
const DETACHED = 2;

/**
 * Which native nodes are detached (1 each), spread from those that know it to the native nodes they lead to; attached
 * wins. Null where no node says anything, as in Node without a DOM. As in Chrome DevTools.
 */
export function findDetached(graph: HeapGraph): Uint8Array | null {
  const { nodeCount, nodeType, detachedness } = graph;
  const state = new Uint8Array(nodeCount);
  const seeds: Record<number, number[]> = { [ATTACHED]: [], [DETACHED]: [] };
  for (let node = 0; node < nodeCount; node++) {
    const known = detachedness[node]!;
    if (known !== ATTACHED && known !== DETACHED) continue;
    if (nodeType[node] !== NODE.native) continue;
    state[node] = known;
    seeds[known]!.push(node);
  }
  if (seeds[DETACHED]!.length === 0) return null;
  spread(graph, state, seeds[ATTACHED]!, ATTACHED);
  spread(graph, state, seeds[DETACHED]!, DETACHED);
  return state.map((value) => (value === DETACHED ? 1 : 0));
}

function spread(graph: HeapGraph, state: Uint8Array, stack: number[], value: number): void {
  const { nodeType, firstEdge, edgeType, edgeTo } = graph;
  while (stack.length > 0) {
    const node = stack.pop()!;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge] === EDGE.hidden || edgeType[edge] === EDGE.weak) continue;
      if (nodeType[to] !== NODE.native || state[to] !== 0) continue;
      state[to] = value;
      stack.push(to);
    }
  }
}
