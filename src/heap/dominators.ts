import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';
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
  /** Memory that the search needed and nobody needs any more: on big heaps worth using again. */
  readonly spare: SpareMemory;
}

export interface SpareMemory {
  /** Each with one entry a node, with anything in it. */
  readonly columns: readonly [Uint32Array, Uint32Array, Uint32Array];
  readonly doubles: Float64Array;
  /** As long as there are edges to spare. */
  readonly rest: ArrayBuffer;
}

/** Which of the two graphs a node belongs to: see `pageOwned` below. */
const UNSEEN = 0;

/**
 * Semi-NCA (Georgiadis, Linear-Time Algorithms for Dominators and Related Problems, 2005): semidominators as in
 * Lengauer and Tarjan, then the dominator of w is the nearest common ancestor of w's parent and its semidominator.
 *
 * One depth-first search does the work of three passes. An edge v -> w met when w is new is a tree edge; when w has a
 * higher number it is a forward edge from an ancestor, whose semidominator candidate is v itself; only edges to
 * lower numbers (cross and back edges) need to be remembered for the second step: some half of all.
 *
 * Page-owned nodes (reachable from the global objects that the root's `shortcut` edges name): as in DevTools edges from
 * other nodes into them do not count, or everything would belong to the debugger's and the stack's references. They
 * are searched first, so that "page-owned" is "numbered in the first phase".
 */
export function buildDominatorTree(graph: HeapGraph, weakMaps: WeakMapEdges): DominatorTree {
  const search = searchDepthFirst(graph, weakMaps);
  return { nodeCount: graph.nodeCount, nodeAt: search.nodeAt, ...nearestCommonAncestors(search) };
}

interface DepthFirstSearch {
  readonly nodeCount: number;
  readonly nodeAt: Uint32Array;
  /** By number: parent in the search tree. */
  readonly parent: Int32Array;
  /** By number: the smallest number among the sources of tree and forward edges. */
  readonly semi: Int32Array;
  /** By number: index of the first remembered edge, 0 for none; the edges are pairs (source number, next index). */
  readonly firstCross: Int32Array;
  readonly cross: Int32Array<ArrayBuffer>;
  /** Number + 1 by ordinal. */
  readonly numberOf: Int32Array;
}

class GrowingPairs {
  values: Int32Array<ArrayBuffer>;
  used = 2;

  constructor(capacity: number) {
    this.values = new Int32Array(capacity * 2);
  }

  grow(): Int32Array<ArrayBuffer> {
    const larger = new Int32Array(this.values.length * 2);
    larger.set(this.values);
    this.values = larger;
    return larger;
  }
}

function searchDepthFirst(graph: HeapGraph, weakMaps: WeakMapEdges): DepthFirstSearch {
  const { nodeCount, firstEdge, edgeType, edgeName, edgeTo } = graph;
  const { isPairName, isTable } = weakMaps;
  const nodeAt = new Uint32Array(nodeCount);
  const parent = new Int32Array(nodeCount);
  const semi = new Int32Array(nodeCount);
  const firstCross = new Int32Array(nodeCount);
  /** Number + 1 by ordinal. */
  const numberOf = new Int32Array(nodeCount);
  // All edges but one for each node, by which it was found; should there be more, the pairs grow.
  const pairs = new GrowingPairs(Math.max(1024, graph.edgeCount - nodeCount + 1024));
  let cross = pairs.values;
  let crossUsed = pairs.used;
  let stackNode = new Int32Array(1 << 16);
  let stackEdge = new Int32Array(1 << 16);
  let numbered = 0;
  /** Ordinals that DevTools would call page-owned although the first phase did not reach them; hardly ever any. */
  const ownedBesides = new Set<number>();
  let pageOwnedEnd = 0;
  let phase: 'page' | 'rest' = 'page';

  if (nodeCount > 0) {
    nodeAt[0] = 0;
    numberOf[0] = 1;
    numbered = 1;
  }

  /** Visits everything new that `start` leads to, `start` itself as a child of the node numbered `under`. */
  function visit(start: number, under: number): void {
    let depth = 0;
    let node = start;
    let edge = firstEdge[node]!;
    let end = firstEdge[node + 1]!;
    let number = numbered++;
    numberOf[node] = number + 1;
    nodeAt[number] = node;
    parent[number] = under;
    semi[number] = under;
    // A page-owned start leads to page-owned nodes only, any other start must keep out of them.
    const keepsOut = phase === 'rest' && pageOwnedEnd > 1 && !ownedBesides.has(start);
    for (;;) {
      if (edge === end) {
        if (depth === 0) return;
        depth--;
        node = stackNode[depth]!;
        edge = stackEdge[depth]!;
        end = firstEdge[node + 1]!;
        number = numberOf[node]! - 1;
        continue;
      }
      const to = edgeTo[edge]!;
      const type = edgeType[edge]!;
      const here = edge++;
      if (type >= EDGE.shortcut || to === node) continue;
      if (type === EDGE.internal && isTable && isTable[node] === 1 && isPairName[edgeName[here]!] === 1) {
        if (weakMaps.isFromTable(node, here)) continue;
      }
      const known = numberOf[to]!;
      if (known === UNSEEN) {
        if (keepsOut && ownedBesides.has(to)) continue;
        if (depth === stackNode.length) {
          stackNode = grown(stackNode);
          stackEdge = grown(stackEdge);
        }
        stackNode[depth] = node;
        stackEdge[depth] = edge;
        depth++;
        const next = numbered++;
        numberOf[to] = next + 1;
        nodeAt[next] = to;
        parent[next] = number;
        semi[next] = number;
        node = to;
        number = next;
        edge = firstEdge[node]!;
        end = firstEdge[node + 1]!;
        continue;
      }
      const target = known - 1;
      if (keepsOut && ((target < pageOwnedEnd && target !== 0) || ownedBesides.has(to))) continue;
      if (target > number) {
        if (number < semi[target]!) semi[target] = number;
      } else {
        if (crossUsed === cross.length) cross = pairs.grow();
        cross[crossUsed] = number;
        cross[crossUsed + 1] = firstCross[target]!;
        firstCross[target] = crossUsed;
        crossUsed += 2;
      }
    }
  }

  /** Edges of the root: all count but weak ones. */
  function fromRoot(wanted: (edge: number, to: number) => boolean): void {
    for (let edge = firstEdge[0]!; edge < firstEdge[1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge] === EDGE.weak || to === 0 || !wanted(edge, to)) continue;
      if (numberOf[to] === UNSEEN) visit(to, 0);
      else semi[numberOf[to]! - 1] = 0;
    }
  }

  const isPageRoot = pageRoots(graph);
  fromRoot(isPageRoot);
  pageOwnedEnd = numbered;
  if (pageOwnedEnd > 1) markOwnedBesides(graph, numberOf, ownedBesides);
  phase = 'rest';
  fromRoot(() => true);
  visitOrphans(graph, weakMaps, numberOf, pageOwnedEnd, ownedBesides, (node) => visit(node, 0));
  // What is left is kept by nothing but itself: as in DevTools each such node hangs below the root on its own, and its
  // edges count for nothing.
  for (let node = 0; node < nodeCount && numbered < nodeCount; node++) {
    if (numberOf[node] !== UNSEEN) continue;
    numberOf[node] = numbered + 1;
    nodeAt[numbered++] = node;
  }
  return { nodeCount, nodeAt, parent, semi, firstCross, cross, numberOf };
}

function grown(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** The global objects, and the DOM's documents. */
function pageRoots(graph: HeapGraph): (edge: number, to: number) => boolean {
  const { edgeType, nodeType, nodeName, strings } = graph;
  return (edge, to) => {
    if (edgeType[edge] === EDGE.shortcut) return true;
    return (
      edgeType[edge] === EDGE.element &&
      nodeType[to] === NODE.synthetic &&
      strings.is(nodeName[to]!, '(Document DOM trees)')
    );
  };
}

/**
 * DevTools calls page-owned what any edge but a weak one reaches, also edges that do not retain (a shortcut, a WeakMap's
 * table to its value). What such an edge alone reaches is collected here.
 */
function markOwnedBesides(graph: HeapGraph, numberOf: Int32Array, besides: Set<number>): void {
  const { nodeCount, firstEdge, edgeType, edgeTo } = graph;
  const stack: number[] = [];
  const follow = (node: number): void => {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge] === EDGE.weak || numberOf[to] !== UNSEEN || besides.has(to)) continue;
      besides.add(to);
      stack.push(to);
    }
  };
  for (let node = 1; node < nodeCount; node++) if (numberOf[node] !== UNSEEN) follow(node);
  while (stack.length > 0) follow(stack.pop()!);
}

/** Nodes that nothing but weak edges (or edges that do not count) lead to: each is searched as a child of the root. */
function visitOrphans(
  graph: HeapGraph,
  weakMaps: WeakMapEdges,
  numberOf: Int32Array,
  pageOwnedEnd: number,
  ownedBesides: ReadonlySet<number>,
  visit: (node: number) => void,
): void {
  const { nodeCount, firstEdge, edgeType, edgeTo } = graph;
  let left = 0;
  for (let node = 0; node < nodeCount; node++) if (numberOf[node] === UNSEEN) left++;
  if (left === 0) return;
  const isOwned = (node: number): boolean => {
    const number = numberOf[node]! - 1;
    return (number > 0 && number < pageOwnedEnd) || ownedBesides.has(node);
  };
  const isRetained = new Uint8Array(nodeCount);
  for (let node = 1; node < nodeCount; node++) {
    const owned = pageOwnedEnd > 1 && isOwned(node);
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge]! >= EDGE.shortcut || to === node || numberOf[to] !== UNSEEN) continue;
      if (pageOwnedEnd > 1 && !owned && isOwned(to)) continue;
      if (edgeType[edge] === EDGE.internal && weakMaps.isTable?.[node] === 1 && weakMaps.isFromTable(node, edge))
        continue;
      isRetained[to] = 1;
    }
  }
  for (let node = 1; node < nodeCount; node++) if (numberOf[node] === UNSEEN && isRetained[node] === 0) visit(node);
}

function nearestCommonAncestors(search: DepthFirstSearch): Pick<DominatorTree, 'dominator' | 'spare'> {
  const { nodeCount, parent, semi, firstCross, cross } = search;
  // Path compression works on copies: pairs (ancestor, smallest semidominator on the way to it).
  const path = new Int32Array(nodeCount * 2);
  for (let number = 0; number < nodeCount; number++) {
    path[number * 2] = parent[number]!;
    path[number * 2 + 1] = semi[number]!;
  }
  let stack = new Int32Array(1 << 12);
  for (let w = nodeCount - 1; w > 0; w--) {
    let best = semi[w]!;
    for (let index = firstCross[w]!; index !== 0 && best !== 0; index = cross[index + 1]!) {
      const v = cross[index]!;
      let depth = 0;
      let at = v;
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
    semi[w] = best;
    path[w * 2 + 1] = best;
  }
  const dominator = new Uint32Array(search.numberOf.buffer);
  if (nodeCount > 0) dominator[0] = 0;
  for (let w = 1; w < nodeCount; w++) {
    let at = parent[w]!;
    const limit = semi[w]!;
    while (at > limit) at = dominator[at]!;
    dominator[w] = at;
  }
  return {
    dominator,
    spare: {
      columns: [asUnsigned(parent), asUnsigned(semi), asUnsigned(firstCross)],
      doubles: new Float64Array(path.buffer),
      rest: cross.buffer,
    },
  };
}

function asUnsigned(values: Int32Array): Uint32Array {
  return new Uint32Array(values.buffer);
}
