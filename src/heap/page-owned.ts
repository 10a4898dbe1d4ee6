import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';
import { sourceOf } from './source-of.ts';
import type { WeakMapEdges } from './weak-map-edges.ts';

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
 *
 * @param isNumbered of what edges that retain reach
 */
export function findOwnedBesides(
  graph: HeapGraph,
  { tables }: WeakMapEdges,
  isNumbered: (node: number) => boolean,
): Set<number> {
  const { firstEdge, edgeType, edgeTo } = graph;
  const besides = new Set<number>();
  const stack: number[] = [];
  const take = (edge: number): void => {
    const to = edgeTo[edge]!;
    if (edgeType[edge] === EDGE.weak || isNumbered(to) || besides.has(to)) return;
    besides.add(to);
    stack.push(to);
  };
  const follow = (node: number): void => {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) take(edge);
  };
  // All other edges of numbered nodes lead to numbered nodes.
  for (let edge = firstEdge[1]!; edge < graph.edgeCount; edge++) {
    edge = edgeType.indexOf(EDGE.shortcut, edge);
    if (edge < 0) break;
    if (isNumbered(sourceOf(graph, edge))) take(edge);
  }
  for (const node of tables) {
    if (isNumbered(node)) follow(node);
  }
  while (stack.length > 0) follow(stack.pop()!);
  return besides;
}
