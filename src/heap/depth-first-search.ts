import type { HeapGraph } from './heap-graph.ts';
import { findOwnedBesides, pageRoots } from './page-owned.ts';
import { EDGE } from './snapshot-layout.ts';
import type { WeakMapEdges } from './weak-map-edges.ts';

/**
 * Lists of the sources of edges, one for each node that has any: hidden classes and prototypes have a million, most nodes
 * one or none. A list is the place of its latest source: above 0 in `few`, below 0 (negated) in `many`, 0 for none.
 * `few` has one block of FEW for each list; when that is full, blocks of MANY follow in `many`, each with the place of the
 * source before its first one in front.
 */
export interface RememberedSources {
  readonly few: Int32Array;
  readonly many: Int32Array;
}

/** Powers of two: the lowest bits of a place show where a block begins and ends. */
export const FEW = 2;
export const MANY = 16;

/** All nodes numbered in preorder over the edges that retain, the root 0, and the edges that are no tree edges. */
export interface DepthFirstSearch {
  readonly nodeCount: number;
  /** No edge that counts leads from a number at or above this to one below, but to the root. */
  readonly closedEnd: number;
  /** Node ordinal by number. */
  readonly nodeAt: Uint32Array;
  /** By number: parent in the search tree. */
  readonly parent: Int32Array;
  /**
   * By number, in pairs: where the sources of its remembered edges stand (see `RememberedSources`); and the smallest
   * number among the sources of tree and forward edges to it.
   */
  readonly path: Int32Array;
  readonly remembered: RememberedSources;
  /** By ordinal, in pairs: the first edge, and the number + 1 (0: not seen). Side by side, since a visit needs both. */
  readonly places: Int32Array;
}

interface Searching extends DepthFirstSearch {
  closedEnd: number;
  /** Numbers below are page-owned (see below), but for the root; 1 if the snapshot knows no global object. */
  pageOwnedEnd: number;
  remembered: RememberedSources;
  fewUsed: number;
  manyUsed: number;
  numbered: number;
  stack: Int32Array;
  /** Ordinals that DevTools would call page-owned although no edge that retains makes them so; almost never any. */
  ownedBesides: ReadonlySet<number>;
  readonly edgeTo: Uint32Array;
  readonly edgeType: Uint8Array;
}

/** For the time of the search the type of a WeakMap's edges from its table to its values, which do not retain. */
const FROM_TABLE = 8 + EDGE.internal;

/**
 * One search does the work of three passes. An edge v -> w met when w is new is a tree edge; when w has a higher number
 * it is a forward edge from an ancestor, whose semidominator candidate is v itself; only edges to lower numbers (cross
 * and back edges) need to be remembered for the second step: some half of all.
 *
 * Page-owned nodes (reachable from the global objects that the root's `shortcut` edges name): as in DevTools edges from
 * other nodes into them do not count, or everything would belong to the debugger's and the stack's references. They
 * are searched first, so that "page-owned" is "numbered in the first phase".
 */
export function searchDepthFirst(graph: HeapGraph, weakMaps: WeakMapEdges): DepthFirstSearch {
  const { nodeCount } = graph;
  const search: Searching = {
    nodeCount,
    closedEnd: 0,
    pageOwnedEnd: 1,
    nodeAt: new Uint32Array(new SharedArrayBuffer(nodeCount * 4)),
    parent: shared(nodeCount),
    path: shared(nodeCount * 2),
    // An estimate: the columns grow if needed.
    remembered: { few: shared(nodeCount + FEW), many: shared(nodeCount * 2 + MANY) },
    fewUsed: FEW,
    manyUsed: MANY,
    numbered: 0,
    stack: new Int32Array(1 << 16),
    ownedBesides: new Set(),
    places: placesOf(graph),
    edgeTo: graph.edgeTo,
    edgeType: graph.edgeType,
  };
  if (nodeCount === 0) return search;
  const fromTables = edgesFromTables(graph, weakMaps);
  for (const edge of fromTables) graph.edgeType[edge] = FROM_TABLE;
  searchAll(search, graph, weakMaps);
  for (const edge of fromTables) graph.edgeType[edge] = EDGE.internal;
  return search;
}

function searchAll(search: Searching, graph: HeapGraph, weakMaps: WeakMapEdges): void {
  const { nodeCount } = graph;
  number(search, 0);
  searchFromRoot(search, graph, pageRoots(graph));
  search.pageOwnedEnd = search.numbered;
  if (search.pageOwnedEnd > 1) search.ownedBesides = findOwnedBesides(graph, weakMaps, (node) => isSeen(search, node));
  if (search.ownedBesides.size === 0) search.closedEnd = search.pageOwnedEnd;
  searchFromRoot(search, graph, () => true);
  searchOrphans(search, graph);
  // The remaining nodes are kept only by one another. As in DevTools, each of them becomes a child of the root, and its
  // edges do not count.
  for (let node = 0; node < nodeCount && search.numbered < nodeCount; node++) {
    if (!isSeen(search, node)) number(search, node);
  }
}

function placesOf({ nodeCount, firstEdge }: HeapGraph): Int32Array {
  const places = shared(nodeCount * 2 + 2);
  for (let node = 0; node <= nodeCount; node++) places[node * 2] = firstEdge[node]!;
  return places;
}

function edgesFromTables({ firstEdge, edgeType }: HeapGraph, { tables, isFromTable }: WeakMapEdges): number[] {
  const edges: number[] = [];
  for (const node of tables) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if (edgeType[edge] === EDGE.internal && isFromTable(node, edge)) edges.push(edge);
    }
  }
  return edges;
}

function isSeen({ places }: Searching, node: number): boolean {
  return places[node * 2 + 1] !== 0;
}

/** Below the root, where the columns say 0. */
function number(search: Searching, node: number): void {
  search.nodeAt[search.numbered++] = node;
  search.places[node * 2 + 1] = search.numbered;
}

/** Edges of the root: all count but weak ones. */
function searchFromRoot(search: Searching, graph: HeapGraph, wanted: (edge: number, to: number) => boolean): void {
  const { firstEdge, edgeType, edgeTo } = graph;
  for (let edge = firstEdge[0]!; edge < firstEdge[1]!; edge++) {
    const to = edgeTo[edge]!;
    if (edgeType[edge] === EDGE.weak || to === 0 || !wanted(edge, to)) continue;
    if (isSeen(search, to)) search.path[(search.places[to * 2 + 1]! - 1) * 2 + 1] = 0;
    else visit(search, to);
  }
}

/**
 * Visits everything new that `start` leads to, with `start` as a child of the root. One function with local variables only,
 * since this is the hottest loop.
 */
function visit(search: Searching, start: number): void {
  const { nodeAt, parent, path, places, edgeTo, edgeType, pageOwnedEnd, ownedBesides } = search;
  let { fewUsed, manyUsed, numbered, stack } = search;
  let { few, many } = search.remembered;
  // A page-owned start leads to page-owned nodes only, any other start must keep out of them.
  const keepsOut = pageOwnedEnd > 1 && !ownedBesides.has(start);
  let depth = 0;
  let node = start;
  let from = numbered++;
  nodeAt[from] = node;
  places[node * 2 + 1] = numbered;
  let edge = places[node * 2]!;
  let end = places[node * 2 + 2]!;
  for (;;) {
    if (edge === end) {
      if (depth === 0) break;
      depth -= 4;
      node = stack[depth]!;
      edge = stack[depth + 1]!;
      end = stack[depth + 2]!;
      from = stack[depth + 3]!;
      continue;
    }
    const to = edgeTo[edge]!;
    const type = edgeType[edge++]!;
    if (type >= EDGE.shortcut || to === node) continue;
    const known = places[to * 2 + 1]!;
    if (keepsOut && ((known > 1 && known <= pageOwnedEnd) || ownedBesides.has(to))) continue;
    if (known === 0) {
      if (depth === stack.length) stack = grown(stack);
      stack[depth] = node;
      stack[depth + 1] = edge;
      stack[depth + 2] = end;
      stack[depth + 3] = from;
      depth += 4;
      nodeAt[numbered] = to;
      parent[numbered] = from;
      path[numbered * 2 + 1] = from;
      node = to;
      from = numbered++;
      places[node * 2 + 1] = numbered;
      edge = places[node * 2]!;
      end = places[node * 2 + 2]!;
    } else if (known > from + 1) {
      if (from < path[known * 2 - 1]!) path[known * 2 - 1] = from;
    } else {
      const latest = path[known * 2 - 2]!;
      if (latest > 0 && (latest & (FEW - 1)) !== FEW - 1) {
        few[latest + 1] = from;
        path[known * 2 - 2] = latest + 1;
      } else if (latest < 0 && (-latest & (MANY - 1)) !== MANY - 1) {
        many[1 - latest] = from;
        path[known * 2 - 2] = latest - 1;
      } else if (latest === 0) {
        if (fewUsed + FEW > few.length) few = grown(few);
        few[fewUsed] = from;
        path[known * 2 - 2] = fewUsed;
        fewUsed += FEW;
      } else {
        if (manyUsed + MANY > many.length) many = grown(many);
        many[manyUsed] = latest;
        many[manyUsed + 1] = from;
        path[known * 2 - 2] = -manyUsed - 1;
        manyUsed += MANY;
      }
    }
  }
  search.remembered = { few, many };
  search.fewUsed = fewUsed;
  search.manyUsed = manyUsed;
  search.numbered = numbered;
  search.stack = stack;
}

/** All on shared memory, since what is made of it later is for both threads. */
function shared(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

export function grown(values: Int32Array): Int32Array {
  const larger = shared(values.length * 2);
  larger.set(values);
  return larger;
}

/** Nodes that nothing but weak edges (or edges that do not count) lead to: each is searched as a child of the root. */
function searchOrphans(search: Searching, graph: HeapGraph): void {
  const { pageOwnedEnd, ownedBesides, places, edgeTo, edgeType } = search;
  const { nodeCount, firstEdge } = graph;
  if (search.numbered === nodeCount) return;
  const isOwned = (node: number): boolean => {
    const number = places[node * 2 + 1]! - 1;
    return (number > 0 && number < pageOwnedEnd) || ownedBesides.has(node);
  };
  const isRetained = new Uint8Array(nodeCount);
  for (let node = 1; node < nodeCount; node++) {
    const keepsOut = pageOwnedEnd > 1 && !isOwned(node);
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge]! >= EDGE.shortcut || to === node || isSeen(search, to)) continue;
      if (!keepsOut || !isOwned(to)) isRetained[to] = 1;
    }
  }
  for (let node = 1; node < nodeCount; node++) {
    if (!isSeen(search, node) && isRetained[node] === 0) visit(search, node);
  }
}
