import { aggregateClasses } from '../heap/aggregate-classes.ts';
import { analyseGraph } from '../heap/analyse-graph.ts';
import { buildDominatorTree } from '../heap/dominators.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { NumberedNodes } from '../heap/number-nodes.ts';
import { sumRetained } from '../heap/retained-sizes.ts';
import { type HeapSummary, MOST_LISTED, summariseGraph } from '../heap/summarise-graph.ts';
import type { WeakMapEdges } from '../heap/weak-map-edges.ts';
import type { SnapshotHelper } from './snapshot-helper.ts';

/** The summary of a graph; all that needs no dominators is made by the helper while this thread builds their tree. */
export async function summariseTogether(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  helper: SnapshotHelper | null,
): Promise<HeapSummary> {
  if (!helper) return summariseGraph(analyseGraph(graph, weakMaps));
  const numberNodes = helper.sizeNodes(graph);
  const repetitions = helper.repetitions(graph, MOST_LISTED);
  let numbering: Promise<NumberedNodes> | undefined;
  const tree = buildDominatorTree(graph, weakMaps, (nodeAt) => {
    numbering = numberNodes(nodeAt);
  });
  const layout = helper.layOut(tree);
  const numbered = await numbering!;
  const sizes = { nodeAt: tree.nodeAt, retained: sumRetained(tree, numbered.shallow), ...(await layout) };
  const biggest = helper.biggest({ graph, numbered, sizes }, MOST_LISTED);
  const aggregates = aggregateClasses(numbered, sizes);
  return summariseGraph({ graph, numbered, sizes, aggregates }, await repetitions, await biggest);
}
