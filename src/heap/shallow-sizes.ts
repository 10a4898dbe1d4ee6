import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

const UNVISITED = 0xffffffff;
const SEVERAL_OWNERS = 0xfffffffe;

/**
 * Sizes as Chrome DevTools shows them: what V8 keeps for an object beside it (backing arrays, hidden parts, external
 * string data) counts as the object's own, if that object alone leads to it. Not done where the snapshot has no user
 * root, as when it was taken with `exposeInternals`.
 *
 * @param scratch with an entry for each node; anything may stand there afterwards
 */
export function calculateShallowSizes(
  graph: HeapGraph,
  scratch: Uint32Array = new Uint32Array(graph.nodeCount),
): Uint32Array {
  const sizes = new Uint32Array(new SharedArrayBuffer(graph.nodeCount * 4));
  sizes.set(graph.selfSize);
  if (hasUserRoots(graph)) {
    findOwners(graph, scratch);
    giveToOwners(graph, scratch, sizes);
  }
  return sizes;
}

export function hasUserRoots(graph: HeapGraph): boolean {
  const { firstEdge, edgeTo, nodeType, nodeName, strings, nodeCount } = graph;
  if (nodeCount === 0) return false;
  for (let edge = firstEdge[0]!; edge < firstEdge[1]!; edge++) {
    const to = edgeTo[edge]!;
    if (nodeType[to] !== NODE.synthetic || strings.is(nodeName[to]!, '(Document DOM trees)')) return true;
  }
  return false;
}

/** Per node its one owner; itself when it is an object of its own. */
function findOwners(graph: HeapGraph, owners: Uint32Array): void {
  const { nodeCount, nodeType, nodeName, firstEdge, edgeType, edgeTo, strings } = graph;
  const externalData = strings.indexOf('system / ExternalStringData');
  let queue = new Uint32Array(1024);
  let queued = 0;
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!;
    const isPart =
      type === NODE.hidden || type === NODE.array || (type === NODE.native && nodeName[node] === externalData);
    owners[node] = isPart ? UNVISITED : node;
  }
  // The order of visits does not matter: a part goes from unvisited to one owner to several owners, never back.
  for (let start = 0; start < nodeCount; start++) {
    if (owners[start] !== start) continue;
    let node = start;
    for (;;) {
      const owner = owners[node]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (edgeType[edge] === EDGE.weak) continue;
        const to = edgeTo[edge]!;
        const known = owners[to]!;
        if (known === to || known === owner || known === SEVERAL_OWNERS) continue;
        owners[to] = known === UNVISITED ? owner : SEVERAL_OWNERS;
        if (queued === queue.length) queue = larger(queue);
        queue[queued++] = to;
      }
      if (queued === 0) break;
      node = queue[--queued]!;
    }
  }
}

function larger(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(values.length * 2);
  copy.set(values);
  return copy;
}

function giveToOwners(graph: HeapGraph, owners: Uint32Array, sizes: Uint32Array): void {
  const { nodeCount, nodeType } = graph;
  for (let node = 0; node < nodeCount; node++) {
    const owner = owners[node]!;
    if (owner === node || owner >= SEVERAL_OWNERS || owner === 0 || nodeType[owner] === NODE.synthetic) continue;
    const size = sizes[node]!;
    sizes[node] = 0;
    sizes[owner] = Math.min(UNVISITED, sizes[owner]! + size);
  }
}
