import { analyseGraph, assembleAnalysis } from '../heap/analyse-graph.ts';
import { buildDominatorTree } from '../heap/dominators.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import { type HeapSummary, MOST_LISTED, summariseGraph } from '../heap/summarise-graph.ts';
import type { WeakMapEdges } from '../heap/weak-map-edges.ts';
import type { SnapshotHelper } from './snapshot-helper.ts';

/** The summary of a graph; all that needs no dominators is made by the helper while this thread builds their tree. */
export async function summariseTogether(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  helper: SnapshotHelper | null,
): Promise<HeapSummary> {
  if (!helper) return summariseGraph(analyseGraph(graph));
  const helped = helper.sizesAndClasses(graph);
  const repetitions = helper.repetitions(graph, MOST_LISTED);
  const dominators = buildDominatorTree(graph, weakMaps);
  const { shallow, classes } = await helped;
  return summariseGraph(assembleAnalysis(graph, weakMaps, dominators, shallow, classes), await repetitions);
}
