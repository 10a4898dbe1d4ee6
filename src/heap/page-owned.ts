import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

/** The global objects, and the DOM's documents. */
export function pageRoots(graph: HeapGraph): (edge: number, to: number) => boolean {
  const { edgeType, nodeType, nodeName, strings } = graph;
  return (edge, to) => {
    if (edgeType[edge] === EDGE.shortcut) return true;
    return (
      edgeType[edge] === EDGE.element &&
      nodeType[to] === NODE.synthetic &&
      strings.is(nodeName[to]!, '(Document DOM trees)')
    );
  };
}

/**
 * DevTools calls page-owned what any edge but a weak one reaches, also edges that do not retain (a shortcut, a WeakMap's
 * table to its value). What such an edge alone reaches is collected here.
 */
export function findOwnedBesides(graph: HeapGraph, isNumbered: (node: number) => boolean): Set<number> {
  const besides = new Set<number>();
  const { nodeCount, firstEdge, edgeType, edgeTo } = graph;
  const stack: number[] = [];
  const follow = (node: number): void => {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge] === EDGE.weak || isNumbered(to) || besides.has(to)) continue;
      besides.add(to);
      stack.push(to);
    }
  };
  for (let node = 1; node < nodeCount; node++) if (isNumbered(node)) follow(node);
  while (stack.length > 0) follow(stack.pop()!);
  return besides;
}
