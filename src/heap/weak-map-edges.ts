import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';
import type { StringTable } from './string-table.ts';

/**
 * A WeakMap's value is kept by its key and its table together. V8 writes an edge from each, both internal and named
 * `3 / part of key (Foo @11) -> value (Bar @13) pair in WeakMap (table @15)`. As in Chrome DevTools the edge from the
 * table does not count: losing the key would be enough to lose the value, and the key is what tells a reader more.
 */
const BEHIND_DIGITS = ' / part of key (';
const BEFORE_TABLE = ' pair in WeakMap (table @';
const SHORTEST_NAME = '0 / part of key ( @1) -> value ( @1) pair in WeakMap (table @1)'.length;
const ID_BITS = 0xffff;

export interface WeakMapEdges {
  /** Per string: 1 if an internal edge of that name is half of a WeakMap's pair. */
  readonly isPairName: Uint8Array;
  /** Nodes that are tables of WeakMaps. */
  readonly tables: readonly number[];
  /** Whether the edge leads from the table named in it, which does not retain. `edge` must be an internal edge of `node`. */
  isFromTable(node: number, edge: number): boolean;
}

export function findWeakMapEdges(graph: HeapGraph): WeakMapEdges {
  const { strings, nodeId, edgeName } = graph;
  const isPairName = new Uint8Array(strings.count);
  const tableOf = new Map<number, number>();
  for (let index = 0; index < strings.count; index++) {
    if (strings.byteLength(index) < SHORTEST_NAME) continue;
    const table = tableIn(strings, index);
    if (table === null) continue;
    isPairName[index] = 1;
    tableOf.set(index, table);
  }
  return {
    isPairName,
    tables: tableOf.size === 0 ? [] : findTables(graph, new Set(tableOf.values())),
    isFromTable: (node, edge) => tableOf.get(edgeName[edge]!) === nodeId[node],
  };
}

function findTables({ nodeCount, nodeId, nodeType }: HeapGraph, ids: ReadonlySet<number>): number[] {
  // To ask the set for each of a million arrays takes longer than to rule most of them out by some bits of their id.
  const isPossible = new Uint8Array(ID_BITS + 1);
  for (const id of ids) isPossible[id & ID_BITS] = 1;
  const tables: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (isPossible[nodeId[node]! & ID_BITS] === 0 || !ids.has(nodeId[node]!)) continue;
    const type = nodeType[node]!;
    if (type === NODE.array || type === NODE.hidden) tables.push(node);
  }
  return tables;
}

/** Id of the table that the name of a pair says, null for any other name. Not decoded: there are as many as pairs. */
function tableIn(strings: StringTable, name: number): number | null {
  const digits = strings.leadingDigits(name);
  if (digits === 0 || !strings.has(name, digits, BEHIND_DIGITS)) return null;
  const end = strings.byteLength(name) - 1;
  const id = strings.digitsBefore(name, end);
  const isPair = strings.has(name, end, ')') && strings.has(name, end - id.length - BEFORE_TABLE.length, BEFORE_TABLE);
  return isPair && id !== '' ? Number(id) : null;
}

/** Whether the edge is one half of a WeakMap's pair. */
export function isPairEdge(graph: HeapGraph, weakMaps: WeakMapEdges, edge: number): boolean {
  return graph.edgeType[edge] === EDGE.internal && weakMaps.isPairName[graph.edgeName[edge]!] === 1;
}
