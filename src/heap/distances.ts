import type { HeapGraph } from './heap-graph.ts';
import { hasUserRoots } from './shallow-sizes.ts';
import { EDGE, NODE } from './snapshot-layout.ts';
import { isPairEdge, type WeakMapEdges } from './weak-map-edges.ts';

/** Added to the distance of what only the engine's own roots reach, as in Chrome DevTools. */
const SYSTEM_DISTANCE = 100_000_000;
const UNREACHED = -5;

/**
 * Steps from the nearest user root (1) by any edge but a weak one; from the root itself, behind SYSTEM_DISTANCE, for
 * what no user root reaches; -5 for the rest. The rules are those of Chrome DevTools, so that figures can be compared.
 */
export function calculateDistances(graph: HeapGraph, weakMaps: WeakMapEdges): Int32Array {
  const { nodeCount, firstEdge, edgeTo, nodeType, nodeName, strings } = graph;
  const distances = new Int32Array(nodeCount).fill(UNREACHED);
  if (nodeCount === 0) return distances;
  const queue = new Uint32Array(nodeCount);
  let queued = 0;
  for (let edge = firstEdge[0]!; edge < firstEdge[1]!; edge++) {
    const to = edgeTo[edge]!;
    const isUserRoot = nodeType[to] !== NODE.synthetic || strings.is(nodeName[to]!, '(Document DOM trees)');
    if (!isUserRoot) continue;
    distances[to] = 1;
    queue[queued++] = to;
  }
  const follows = createFilter(graph, weakMaps);
  spread(graph, distances, queue, queued, follows);
  distances[0] = hasUserRoots(graph) ? SYSTEM_DISTANCE : 0;
  queue[0] = 0;
  spread(graph, distances, queue, 1, follows);
  return distances;
}

function spread(
  { firstEdge, edgeType, edgeTo }: HeapGraph,
  distances: Int32Array,
  queue: Uint32Array,
  filled: number,
  follows: (node: number, edge: number) => boolean,
): void {
  let queued = filled;
  for (let next = 0; next < queued; next++) {
    const node = queue[next]!;
    const distance = distances[node]! + 1;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge] === EDGE.weak || distances[to] !== UNREACHED || !follows(node, edge)) continue;
      distances[to] = distance;
      queue[queued++] = to;
    }
  }
}

/**
 * Left out: the map of sloppy functions in a native context; links of descriptor arrays, which several maps share; and
 * of the two edges to a WeakMap's value the one that is met first, since both its key and its table must be reached.
 */
function createFilter(graph: HeapGraph, weakMaps: WeakMapEdges): (node: number, edge: number) => boolean {
  const { nodeType, nodeName, edgeType, edgeName, strings } = graph;
  const nativeContext = strings.indexOf('system / NativeContext');
  const descriptors = strings.indexOf('(map descriptors)');
  const sloppyMap = strings.indexOf('sloppy_function_map');
  const pending = new Set<string>();
  return (node, edge) => {
    const type = nodeType[node]!;
    const isNamed = edgeType[edge] !== EDGE.element && edgeType[edge] !== EDGE.hidden;
    if (type === NODE.hidden && nodeName[node] === nativeContext && isNamed && edgeName[edge] === sloppyMap)
      return false;
    if (type === NODE.array && nodeName[node] === descriptors) {
      const index = isNamed ? Number.parseInt(strings.get(edgeName[edge]!), 10) : edgeName[edge]!;
      return index < 2 || index % 3 !== 1;
    }
    if (!isPairEdge(graph, weakMaps, edge)) return true;
    const pair = strings.get(edgeName[edge]!).replace(/^\d+/, '');
    if (pending.delete(pair)) return true;
    pending.add(pair);
    return false;
  };
}
