import { OF_MODULE, type SpanningTree } from '../growth/spanning-tree.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { sourceOf } from '../source-of.ts';
import type { NodePath } from '../words/path-words.ts';

/** The path from the root to a node of the tree; the edge to the context of a module is -1, as that of the root. */
export function pathInTree(graph: HeapGraph, spanning: SpanningTree, node: number): NodePath {
  const nodes = [node];
  const edges: number[] = [];
  for (let at = node; at !== 0; ) {
    const edge = spanning.parentEdge[at]!;
    const isBelowRoot = edge === OF_MODULE;
    edges.push(isBelowRoot ? -1 : edge);
    at = isBelowRoot ? 0 : sourceOf(graph, edge);
    nodes.push(at);
  }
  return { nodes: nodes.reverse(), edges: [-1, ...edges.reverse()] };
}
