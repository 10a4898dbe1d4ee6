import { aggregateClasses, type ClassAggregate } from './aggregate-classes.ts';
import { buildClassTable, type ClassTable } from './class-table.ts';
import { findDetached } from './detachedness.ts';
import { buildDominatorTree, type DominatorTree } from './dominators.ts';
import type { HeapGraph } from './heap-graph.ts';
import { calculateRetainedSizes, type RetainedSizes } from './retained-sizes.ts';
import { calculateShallowSizes } from './shallow-sizes.ts';
import { findWeakMapEdges, type WeakMapEdges } from './weak-map-edges.ts';

/** Everything that a summary, paths and growth start from. */
export interface AnalysedGraph {
  readonly graph: HeapGraph;
  readonly weakMaps: WeakMapEdges;
  readonly shallow: Uint32Array;
  readonly sizes: RetainedSizes;
  readonly classes: ClassTable;
  readonly aggregates: readonly ClassAggregate[];
}

export function analyseGraph(graph: HeapGraph): AnalysedGraph {
  const weakMaps = findWeakMapEdges(graph);
  const dominators = buildDominatorTree(graph, weakMaps);
  const { shallow, classes } = sizesAndClasses(graph);
  return assembleAnalysis(graph, weakMaps, dominators, shallow, classes);
}

/** The part that needs no dominators. */
export function sizesAndClasses(graph: HeapGraph): Pick<AnalysedGraph, 'shallow' | 'classes'> {
  return { shallow: calculateShallowSizes(graph), classes: buildClassTable(graph, findDetached(graph)) };
}

/** From parts that two threads made. */
export function assembleAnalysis(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  dominators: DominatorTree,
  shallow: Uint32Array,
  classes: ClassTable,
): AnalysedGraph {
  const sizes = calculateRetainedSizes(dominators, shallow);
  return {
    graph,
    weakMaps,
    shallow,
    sizes,
    classes,
    aggregates: aggregateClasses(classes, shallow, sizes),
  };
}
