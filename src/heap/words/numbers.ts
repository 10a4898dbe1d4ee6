import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';

/**
 * A snapshot taken with `captureNumericValue` has a node for every small integer, and names the edges to other numbers,
 * which are hidden edges otherwise. Both are made as they would be without it, so that such a snapshot compares with
 * others: weak edges, by which nothing is reached, and hidden ones. Values can still be read. Returns whether the snapshot
 * holds values of numbers.
 */
export function hideNumbers(graph: HeapGraph): boolean {
  const { nodeCount, nodeType, selfSize, firstEdge, edgeType, edgeTo, strings } = graph;
  if (strings.indexOf('smi number') < 0) return false;
  for (let node = 0; node < nodeCount; node++) {
    const isNumber = nodeType[node] === NODE.number;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (isNumber || (nodeType[to] === NODE.number && selfSize[to] === 0)) edgeType[edge] = EDGE.weak;
      else if (nodeType[to] === NODE.number && edgeType[edge] === EDGE.property) edgeType[edge] = EDGE.hidden;
    }
  }
  return true;
}

/** The number that an object holds under a name; null if it holds none, or the snapshot has no values. */
export function numberOf(graph: HeapGraph, node: number, name: string): number | null {
  const { firstEdge, edgeType, edgeName, edgeTo, nodeType, strings } = graph;
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    const type = edgeType[edge]!;
    // A hidden edge may have been made so by `hideNumbers`; of others the name is an index, of no string most likely.
    if (type === EDGE.element || nodeType[edgeTo[edge]!] !== NODE.number || edgeName[edge]! >= strings.count) continue;
    if (strings.is(edgeName[edge]!, name)) return valueOfNumber(graph, edgeTo[edge]!);
  }
  return null;
}

/** V8 writes the value as a string beside the number; null if the snapshot has no values. */
export function valueOfNumber(
  { firstEdge, edgeTo, edgeName, nodeName, strings }: HeapGraph,
  number: number,
): number | null {
  for (let edge = firstEdge[number]!; edge < firstEdge[number + 1]!; edge++) {
    if (!strings.is(edgeName[edge]!, 'value')) continue;
    const value = Number(strings.get(nodeName[edgeTo[edge]!]!));
    return Number.isNaN(value) ? null : value;
  }
  return null;
}
