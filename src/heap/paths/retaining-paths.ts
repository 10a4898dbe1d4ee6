import type { HeapLocation, PathStep } from '../../model/heap-growth.ts';
import { calculateDistances } from '../distances.ts';
import { SignatureTree } from '../growth/signature-tree.ts';
import { buildSpanningTree, NOT_REACHED } from '../growth/spanning-tree.ts';
import type { HeapGraph } from '../heap-graph.ts';
import type { WeakMapEdges } from '../weak-map-edges.ts';
import { pathWords } from '../words/path-words.ts';
import { Scopes } from '../words/scopes.ts';
import { SourceLocations } from '../words/source-locations.ts';
import { pathInTree } from './path-in-tree.ts';

export interface RetainingPath {
  /** `@id` of the object that the path leads to. */
  readonly id: number;
  readonly words: string;
  readonly location: HeapLocation | null;
  /** How many of the objects asked for have the same path in words. */
  readonly objects: number;
  /** Steps from the nearest user root, as Chrome DevTools counts them. */
  readonly distance: number;
  readonly steps: readonly PathStep[];
}

/**
 * Who keeps these objects alive: one path each, those that read alike put together, most frequent first. Paths are
 * short and go through data where they can (see `buildSpanningTree`). Objects that only weak edges reach are left out.
 */
export function retainingPaths(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  targets: readonly number[],
  most: number,
): RetainingPath[] {
  const spanning = buildSpanningTree(graph, weakMaps, new SignatureTree());
  const distances = calculateDistances(graph, weakMaps);
  const locations = new SourceLocations(graph);
  const scopes = new Scopes(graph, locations, spanning.exported);
  const bySignature = new Map<number, { node: number; objects: number }>();
  for (const node of targets) {
    const signature = spanning.signatureOf[node]!;
    if (signature === NOT_REACHED) continue;
    const known = bySignature.get(signature);
    if (known) known.objects++;
    else bySignature.set(signature, { node, objects: 1 });
  }
  return [...bySignature.values()]
    .sort((a, b) => b.objects - a.objects)
    .slice(0, most)
    .map(({ node, objects }) => ({
      id: graph.nodeId[node]!,
      words: scopes.words(node),
      location: locations.locate(node),
      objects,
      distance: distances[node]!,
      steps: pathWords(graph, pathInTree(graph, spanning, node), scopes),
    }));
}
