import { aggregateClasses, type ClassAggregate } from './aggregate-classes.ts';
import { buildDominatorTree } from './dominators.ts';
import type { HeapGraph } from './heap-graph.ts';
import { type NumberedNodes, numberNodes, sizeNodes } from './number-nodes.ts';
import { layOutTree, type RetainedSizes, sumRetained } from './retained-sizes.ts';
import { findWeakMapEdges, type WeakMapEdges } from './weak-map-edges.ts';

/** The input of summaries and paths. */
export interface AnalysedGraph {
  readonly graph: HeapGraph;
  readonly numbered: NumberedNodes;
  readonly sizes: RetainedSizes;
  readonly aggregates: readonly ClassAggregate[];
}

export function analyseGraph(graph: HeapGraph, weakMaps: WeakMapEdges = findWeakMapEdges(graph)): AnalysedGraph {
  const tree = buildDominatorTree(graph, weakMaps);
  const numbered = numberNodes(tree.nodeAt, sizeNodes(graph));
  const sizes = { nodeAt: tree.nodeAt, retained: sumRetained(tree, numbered.shallow), ...layOutTree(tree) };
  return { graph, numbered, sizes, aggregates: aggregateClasses(numbered, sizes) };
}
