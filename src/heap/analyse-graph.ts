import { aggregateClasses, type ClassAggregate } from './aggregate-classes.ts';
import { buildClassTable, type ClassTable } from './class-table.ts';
import { findDetached } from './detachedness.ts';
import { buildDominatorTree } from './dominators.ts';
import type { HeapGraph } from './heap-graph.ts';
import { type NumberedNodes, numberNodes } from './number-nodes.ts';
import { calculateRetainedSizes, type RetainedSizes } from './retained-sizes.ts';
import { calculateShallowSizes } from './shallow-sizes.ts';
import { findWeakMapEdges, type WeakMapEdges } from './weak-map-edges.ts';

/** Everything that a summary, paths and growth start from. */
export interface AnalysedGraph {
  readonly graph: HeapGraph;
  readonly classes: ClassTable;
  readonly numbered: NumberedNodes;
  readonly sizes: RetainedSizes;
  readonly aggregates: readonly ClassAggregate[];
}

export function analyseGraph(graph: HeapGraph, weakMaps: WeakMapEdges = findWeakMapEdges(graph)): AnalysedGraph {
  const tree = buildDominatorTree(graph, weakMaps);
  const { shallow, classes } = sizesAndClasses(graph);
  const numbered = numberNodes(tree.nodeAt, shallow, classes.classOf);
  const sizes = calculateRetainedSizes(tree, numbered.shallow);
  return { graph, classes, numbered, sizes, aggregates: aggregateClasses(classes.names, numbered, sizes) };
}

/** The part that needs no dominators, by node ordinal. */
export interface SizesAndClasses {
  readonly shallow: Uint32Array;
  readonly classes: ClassTable;
}

export function sizesAndClasses(graph: HeapGraph): SizesAndClasses {
  return { shallow: calculateShallowSizes(graph), classes: buildClassTable(graph, findDetached(graph)) };
}
