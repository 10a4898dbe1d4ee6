import { type DepthFirstSearch, FEW, grown, MANY, searchDepthFirst } from './depth-first-search.ts';
import type { HeapGraph } from './heap-graph.ts';
import type { WeakMapEdges } from './weak-map-edges.ts';

/**
 * The dominator tree over the edges that retain ("essential" in Chrome DevTools), in the numbering of a depth-first
 * search: number 0 is the root, and a dominator always has a smaller number than what it dominates.
 */
export interface DominatorTree {
  readonly nodeCount: number;
  /** Node ordinal by number. */
  readonly nodeAt: Uint32Array;
  /** Immediate dominator by number, itself a number; the root's is 0. */
  readonly dominator: Uint32Array;
  /** Memory that the search no longer needs. Reusing it matters on big heaps. */
  readonly spare: SpareMemory;
}

export interface SpareMemory {
  /** Each with one entry per node, with anything in it. */
  readonly columns: readonly [Uint32Array, Uint32Array];
  readonly doubles: Float64Array;
  /** At least two entries per node. */
  readonly rest: ArrayBufferLike;
}

/**
 * Semi-NCA (Georgiadis, Linear-Time Algorithms for Dominators and Related Problems, 2005): semidominators as in
 * Lengauer and Tarjan, then the dominator of w is the nearest common ancestor of w's parent and its semidominator.
 *
 * @param onNumbered called as soon as the numbers are given out, half way
 */
export function buildDominatorTree(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  onNumbered?: (nodeAt: Uint32Array) => void,
): DominatorTree {
  const search = searchDepthFirst(graph, weakMaps);
  onNumbered?.(search.nodeAt);
  const { nodeCount, nodeAt, parent, path, remembered, places } = search;
  // What the search knows by ordinal is no longer needed.
  const dominator = new Uint32Array(places.buffer, 0, nodeCount);
  const semidominator = new Uint32Array(places.buffer, nodeCount * 4, nodeCount);
  settleSemidominators(search, semidominator);
  findNearestCommonAncestors(parent, semidominator, dominator);
  return {
    nodeCount,
    nodeAt,
    dominator,
    spare: {
      columns: [new Uint32Array(parent.buffer), semidominator],
      doubles: new Float64Array(path.buffer),
      rest: remembered.many.buffer,
    },
  };
}

/**
 * From the highest number down: the semidominator of w is the smallest one on the tree paths from the sources of w's
 * edges up to below w. When w is settled its pair in `path` becomes (ancestor, smallest semidominator on the way to
 * it), the ancestor being the parent at first; paths are compressed.
 */
function settleSemidominators(
  { nodeCount, closedEnd, parent, path, remembered }: DepthFirstSearch,
  semidominator: Uint32Array,
): void {
  const { few, many } = remembered;
  let stack: Int32Array = new Int32Array(1 << 12);
  // No path can give less than the smallest semidominator above w, so a w with a hundred thousand sources (the hidden
  // class of all strings) need not look at them all. Edges from behind `closedEnd` do not lead to before it.
  let least = nodeCount;
  for (let w = nodeCount - 1; w > 0; w--) {
    if (w === closedEnd - 1) least = nodeCount;
    let best = path[w * 2 + 1]!;
    let latest = path[w * 2]!;
    while (latest !== 0 && best > least) {
      const isMany = latest < 0;
      const sources = isMany ? many : few;
      const last = isMany ? -latest : latest;
      const first = isMany ? (last & -MANY) + 1 : last & -FEW;
      latest = isMany ? many[first - 1]! : 0;
      for (let index = last; index >= first && best > least; index--) {
        let depth = 0;
        let at = sources[index]!;
        let ancestor = path[at * 2]!;
        while (ancestor > w) {
          if (depth === stack.length) stack = grown(stack);
          stack[depth++] = at;
          at = ancestor;
          ancestor = path[at * 2]!;
        }
        // `at` is the highest node below w that is linked already; everything under it takes its ancestor.
        let smallest = path[at * 2 + 1]!;
        while (depth > 0) {
          at = stack[--depth]!;
          if (path[at * 2 + 1]! < smallest) smallest = path[at * 2 + 1]!;
          else path[at * 2 + 1] = smallest;
          path[at * 2] = ancestor;
        }
        if (smallest < best) best = smallest;
      }
    }
    semidominator[w] = best;
    path[w * 2] = parent[w]!;
    path[w * 2 + 1] = best;
    if (best < least) least = best;
  }
}

function findNearestCommonAncestors(parent: Int32Array, semidominator: Uint32Array, dominator: Uint32Array): void {
  if (dominator.length > 0) dominator[0] = 0;
  for (let w = 1; w < dominator.length; w++) {
    let at = parent[w]!;
    const limit = semidominator[w]!;
    while (at > limit) at = dominator[at]!;
    dominator[w] = at;
  }
}
