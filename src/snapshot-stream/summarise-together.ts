import { aggregateClasses } from '../heap/aggregate-classes.ts';
import { type AnalysedGraph, analyseGraph } from '../heap/analyse-graph.ts';
import { buildDominatorTree } from '../heap/dominators.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { NumberedNodes } from '../heap/number-nodes.ts';
import { sumRetained } from '../heap/retained-sizes.ts';
import { type HeapSummary, MOST_LISTED, type Repetitions, summariseGraph } from '../heap/summarise-graph.ts';
import type { WeakMapEdges } from '../heap/weak-map-edges.ts';
import type { SnapshotHelper } from './snapshot-helper.ts';

/** The summary of a graph; all that needs no dominators is made by the helper while this thread builds their tree. */
export async function summariseTogether(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  helper: SnapshotHelper | null,
): Promise<HeapSummary> {
  if (!helper) return summariseGraph(analyseGraph(graph, weakMaps));
  let repetitions: Promise<Repetitions> | undefined;
  const { numbered, sizes } = await measureTogether(graph, weakMaps, helper, () => {
    repetitions = helper.repetitions(graph, MOST_LISTED);
  });
  const biggest = helper.biggest({ graph, numbered, sizes }, MOST_LISTED);
  const aggregates = aggregateClasses(numbered, sizes);
  return summariseGraph({ graph, numbered, sizes, aggregates }, await repetitions, await biggest);
}

/** As `analyseGraph`. */
export async function analyseTogether(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  helper: SnapshotHelper,
): Promise<AnalysedGraph> {
  const { numbered, sizes } = await measureTogether(graph, weakMaps, helper);
  return { graph, numbered, sizes, aggregates: aggregateClasses(numbered, sizes) };
}

/** @param meanwhile what else the helper may do while the tree is built */
async function measureTogether(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  helper: SnapshotHelper,
  meanwhile: () => void = () => undefined,
): Promise<Pick<AnalysedGraph, 'numbered' | 'sizes'>> {
  const numberNodes = helper.sizeNodes(graph);
  meanwhile();
  let numbering: Promise<NumberedNodes> | undefined;
  const tree = buildDominatorTree(graph, weakMaps, (nodeAt) => {
    numbering = numberNodes(nodeAt);
  });
  const layout = helper.layOut(tree);
  const numbered = await numbering!;
  return { numbered, sizes: { nodeAt: tree.nodeAt, retained: sumRetained(tree, numbered.shallow), ...(await layout) } };
}
