import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

/**
 * A WeakMap's value is kept by its key and its table together. V8 writes an edge from each, both internal and named
 * `3 / part of key (Foo @11) -> value (Bar @13) pair in WeakMap (table @15)`. As in Chrome DevTools the edge from the
 * table does not count: losing the key would be enough to lose the value, and the key is what tells a reader more.
 */
const NAME = /^\d+ \/ part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(\d+)\)$/;

export interface WeakMapEdges {
  /** Per string: 1 where an internal edge of that name is half of a WeakMap's pair. */
  readonly isPairName: Uint8Array;
  /** Per node: 1 where the node is a table of a WeakMap. Null where there is none. */
  readonly isTable: Uint8Array | null;
  /** Whether the edge leads from the table named in it, which does not retain. `edge` must be an internal edge of `node`. */
  isFromTable(node: number, edge: number): boolean;
}

export function findWeakMapEdges(graph: HeapGraph): WeakMapEdges {
  const { strings, nodeType, nodeId, nodeCount, edgeName } = graph;
  const isPairName = new Uint8Array(strings.count);
  const tableOf = new Map<number, number>();
  for (let index = 0; index < strings.count; index++) {
    const digits = strings.leadingDigits(index);
    if (digits === 0 || !strings.has(index, digits, ' / part of key (')) continue;
    const table = NAME.exec(strings.get(index))?.[1];
    if (table === undefined) continue;
    isPairName[index] = 1;
    tableOf.set(index, Number(table));
  }
  const isTable = tableOf.size === 0 ? null : new Uint8Array(nodeCount);
  if (isTable) {
    const tables = new Set(tableOf.values());
    for (let node = 0; node < nodeCount; node++) {
      const type = nodeType[node]!;
      if ((type === NODE.array || type === NODE.hidden) && tables.has(nodeId[node]!)) isTable[node] = 1;
    }
  }
  return {
    isPairName,
    isTable,
    isFromTable: (node, edge) => tableOf.get(edgeName[edge]!) === nodeId[node],
  };
}

/** Whether the edge is one half of a WeakMap's pair. */
export function isPairEdge(graph: HeapGraph, weakMaps: WeakMapEdges, edge: number): boolean {
  return graph.edgeType[edge] === EDGE.internal && weakMaps.isPairName[graph.edgeName[edge]!] === 1;
}
