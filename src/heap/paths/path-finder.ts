import type { HeapLocation, PathStep } from '../../model/heap-growth.ts';
import { calculateDistances } from '../distances.ts';
import { SignatureTree } from '../growth/signature-tree.ts';
import { buildSpanningTree, NOT_REACHED, type SpanningTree } from '../growth/spanning-tree.ts';
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
  /** How many of the objects asked for have the same path when written as text. */
  readonly objects: number;
  /** Steps from the nearest user root, as Chrome DevTools counts them. */
  readonly distance: number;
  readonly steps: readonly PathStep[];
}

/** Looks for the paths that keep objects alive. What every search needs is calculated once. */
export class PathFinder {
  readonly #graph: HeapGraph;
  readonly #spanning: SpanningTree;
  readonly #distances: Int32Array;
  readonly #locations: SourceLocations;
  readonly #scopes: Scopes;

  constructor(graph: HeapGraph, weakMaps: WeakMapEdges) {
    this.#graph = graph;
    this.#spanning = buildSpanningTree(graph, weakMaps, new SignatureTree());
    this.#distances = calculateDistances(graph, weakMaps);
    this.#locations = new SourceLocations(graph);
    this.#scopes = new Scopes(graph, this.#locations, this.#spanning.exported);
  }

  /**
   * One path to each of these objects, those that read alike put together, most frequent first. Paths are short and go
   * through data where they can (see `buildSpanningTree`). Objects that only weak edges reach are left out.
   */
  pathsTo(targets: readonly number[], most: number): RetainingPath[] {
    const bySignature = new Map<number, { node: number; objects: number }>();
    for (const node of targets) {
      const signature = this.#spanning.signatureOf[node]!;
      if (signature === NOT_REACHED) continue;
      const known = bySignature.get(signature);
      if (known) known.objects++;
      else bySignature.set(signature, { node, objects: 1 });
    }
    return [...bySignature.values()]
      .sort((a, b) => b.objects - a.objects)
      .slice(0, most)
      .map(({ node, objects }) => ({
        id: this.#graph.nodeId[node]!,
        words: this.#scopes.words(node),
        location: this.#locations.locate(node),
        objects,
        distance: this.#distances[node]!,
        steps: pathWords(this.#graph, pathInTree(this.#graph, this.#spanning, node), this.#scopes),
      }));
  }
}
