import { type AnalysedGraph, analyseGraph, assembleAnalysis } from '../heap/analyse-graph.ts';
import { buildDominatorTree } from '../heap/dominators.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import { findWeakMapEdges } from '../heap/weak-map-edges.ts';
import type { SnapshotHelper } from './snapshot-helper.ts';

/** The same as `analyseGraph`, with shallow sizes and classes made by the helper while this thread builds the dominator tree. */
export async function analyseTogether(graph: HeapGraph, helper: SnapshotHelper | null): Promise<AnalysedGraph> {
  if (!helper) return analyseGraph(graph);
  const helped = helper.sizesAndClasses(graph);
  const weakMaps = findWeakMapEdges(graph);
  const dominators = buildDominatorTree(graph, weakMaps);
  const { shallow, classes } = await helped;
  return assembleAnalysis(graph, weakMaps, dominators, shallow, classes);
}
