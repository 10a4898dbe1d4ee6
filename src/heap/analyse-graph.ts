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
  readonly dominators: DominatorTree;
  readonly shallow: Uint32Array;
  readonly sizes: RetainedSizes;
  readonly classes: ClassTable;
  readonly aggregates: readonly ClassAggregate[];
}

export function analyseGraph(graph: HeapGraph): AnalysedGraph {
  const weakMaps = findWeakMapEdges(graph);
  const dominators = buildDominatorTree(graph, weakMaps);
  const shallow = calculateShallowSizes(graph);
  const sizes = calculateRetainedSizes(dominators, shallow);
  const classes = buildClassTable(graph, findDetached(graph));
  return {
    graph,
    weakMaps,
    dominators,
    shallow,
    sizes,
    classes,
    aggregates: aggregateClasses(classes, shallow, sizes),
  };
}
