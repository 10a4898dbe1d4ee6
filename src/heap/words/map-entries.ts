import type { HeapGraph } from '../heap-graph.ts';
import { EDGE } from '../snapshot-layout.ts';

/**
 * Whether an edge from a Map's table leads to a key or to a value. The table is a flat array of (key, value, chain)
 * behind some counters; chains and small integers leave no edge. So edges stand at two indices modulo three, and the
 * value is the one that follows the other; at one only, when the keys are small integers, and that is the value.
 */
export function entryRole(graph: HeapGraph, table: number, edge: number): 'key' | 'value' {
  const perPhase = [0, 0, 0];
  for (let at = graph.firstEdge[table]!; at < graph.firstEdge[table + 1]!; at++) {
    const index = slotOf(graph, at);
    if (index >= 0) perPhase[index % 3] = perPhase[index % 3]! + 1;
  }
  const chain = perPhase.indexOf(0);
  if (chain < 0) return 'value';
  const value = (chain + 2) % 3;
  if (perPhase[(chain + 1) % 3] === 0 || perPhase[value] === 0) return 'value';
  return slotOf(graph, edge) % 3 === value ? 'value' : 'key';
}

/** The key that stands before a value, or -1. */
export function keyBefore(graph: HeapGraph, table: number, edge: number): number {
  const wanted = slotOf(graph, edge) - 1;
  for (let at = graph.firstEdge[table]!; at < graph.firstEdge[table + 1]!; at++) {
    if (slotOf(graph, at) === wanted) return graph.edgeTo[at]!;
  }
  return -1;
}

function slotOf(graph: HeapGraph, edge: number): number {
  if (graph.edgeType[edge] !== EDGE.internal) return -1;
  const name = graph.strings.get(graph.edgeName[edge]!);
  return /^\d+$/.test(name) ? Number(name) : -1;
}
