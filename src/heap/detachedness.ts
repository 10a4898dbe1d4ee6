import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

const ATTACHED = 1;
const DETACHED = 2;

/**
 * Which native nodes are detached (1 each), spread from those that know it to the native nodes they lead to; attached
 * wins. Null if no node says anything, as in Node without a DOM. As in Chrome DevTools.
 */
export function findDetached(graph: HeapGraph): Uint8Array | null {
  const detached = nativesIn(graph, DETACHED);
  if (detached.length === 0) return null;
  const attached = nativesIn(graph, ATTACHED);
  const state = new Uint8Array(graph.nodeCount);
  for (const node of attached) state[node] = ATTACHED;
  for (const node of detached) state[node] = DETACHED;
  spread(graph, state, attached, ATTACHED);
  spread(graph, state, detached, DETACHED);
  return state.map((value) => (value === DETACHED ? 1 : 0));
}

function nativesIn({ nodeType, detachedness }: HeapGraph, state: number): number[] {
  const found: number[] = [];
  for (let node = detachedness.indexOf(state); node >= 0; node = detachedness.indexOf(state, node + 1)) {
    if (nodeType[node] === NODE.native) found.push(node);
  }
  return found;
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
