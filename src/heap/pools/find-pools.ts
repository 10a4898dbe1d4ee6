import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { numberOf } from '../words/numbers.ts';

/** What a pool of connections (or of anything that is lent out and given back) holds; null if it does not say. */
export interface PoolState {
  readonly node: number;
  readonly inUse: number;
  readonly total: number | null;
  readonly waiting: number | null;
  /** Where the snapshot has the values of numbers. */
  readonly max: number | null;
}

type Role = 'inUse' | 'idle' | 'all' | 'waiting';

/**
 * How pools call their lists: pg-pool (`_clients`, `_idle`, `_pendingQueue`), tarn and knex (`used`, `free`,
 * `pendingAcquires`), generic-pool (`_allObjects`, `_availableObjects`, `_resourceLoans`, `_waitingClientsQueue`), mysql
 * and mysql2 (`_allConnections`, `_freeConnections`, `_connectionQueue`), MongoDB (`checkedOut`, `waitQueue`), and what
 * people write by themselves.
 */
const ROLES: readonly (readonly [Role, RegExp])[] = [
  [
    'waiting',
    /^[_#]*(waiting\w*|waiters|wait_?queue|pending(queue|acquires|requests)?|acquire_?queue|connectionqueue|queue|requests?queue)$/i,
  ],
  [
    'inUse',
    /^[_#]*(used|in_?use|busy|checked_?out|borrowed|acquired|leased|lent|taken|resourceloans|active(clients|connections)?)$/i,
  ],
  ['idle', /^[_#]*(idle|free|available)\w*$/i],
  ['all', /^[_#]*(all\w*|clients|connections|members|resources|pool)$/i],
];
const MAX_NAMES = ['max', 'maxSize', 'size', 'connectionLimit', 'maxPoolSize', 'maxConnections', 'limit', 'capacity'];
const OPTION_OBJECTS = ['options', '_options', '_config', 'config', 'opts'];

/** Objects whose class is called some pool and that keep apart what is lent out from what is idle. */
export function findPools(graph: HeapGraph): PoolState[] {
  const { nodeCount, nodeType, nodeName, strings } = graph;
  const isPoolName = new Map<number, boolean>();
  const pools: PoolState[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.object) continue;
    const name = nodeName[node]!;
    let isPool = isPoolName.get(name);
    if (isPool === undefined) {
      isPool = /pool$/i.test(strings.get(name));
      isPoolName.set(name, isPool);
    }
    if (!isPool) continue;
    const state = readPool(graph, node);
    if (state) pools.push(state);
  }
  return pools;
}

function readPool(graph: HeapGraph, node: number): PoolState | null {
  const sizes = new Map<Role, number>();
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (graph.edgeType[edge] !== EDGE.property) continue;
    const name = graph.strings.get(graph.edgeName[edge]!);
    const role = ROLES.find(([, pattern]) => pattern.test(name))?.[0];
    const size = role === undefined ? null : sizeOf(graph, graph.edgeTo[edge]!);
    if (role !== undefined && size !== null) sizes.set(role, (sizes.get(role) ?? 0) + size);
  }
  const [idle, all] = [sizes.get('idle'), sizes.get('all')];
  const inUse = sizes.get('inUse') ?? (all !== undefined && idle !== undefined ? all - idle : undefined);
  if (inUse === undefined || inUse < 0) return null;
  const total = all ?? (idle === undefined ? null : inUse + idle);
  return { node, inUse, total, waiting: sizes.get('waiting') ?? null, max: maxOf(graph, node) };
}

function maxOf(graph: HeapGraph, pool: number): number | null {
  const places = [pool, ...OPTION_OBJECTS.map((name) => propertyOf(graph, pool, name)).filter((place) => place >= 0)];
  for (const place of places) {
    for (const name of MAX_NAMES) {
      const value = numberOf(graph, place, name);
      if (value !== null && value > 0) return value;
    }
  }
  return null;
}

const MOST_LINKS = 100_000;

/** Elements of an Array, Set, Map, or of the list inside a queue; null for what is no container. */
function sizeOf(graph: HeapGraph, node: number): number | null {
  const { nodeType, nodeName, strings } = graph;
  if (nodeType[node] !== NODE.object) return null;
  const name = strings.get(nodeName[node]!);
  if (name === 'Array') return elementsOf(graph, node);
  if (name === 'Set' || name === 'Map') return entriesOf(graph, node);
  const inner = ['_list', 'list', 'items', '_items', 'queue', '_queue'].map((part) => propertyOf(graph, node, part));
  const list = inner.find((part) => part >= 0);
  if (list !== undefined) return sizeOf(graph, list);
  return linksOf(graph, node);
}

function elementsOf({ firstEdge, edgeType, edgeTo, nodeType }: HeapGraph, node: number): number {
  let count = 0;
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] === EDGE.element && nodeType[edgeTo[edge]!] !== NODE.hidden) count++;
  }
  return count;
}

/**
 * What a Set holds, or the values of a Map: objects in its table. Keys that are objects too would count twice, and are few.
 */
function entriesOf(graph: HeapGraph, node: number): number {
  const { firstEdge, edgeType, edgeTo, edgeName, nodeType, strings } = graph;
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] !== EDGE.internal || !strings.is(edgeName[edge]!, 'table')) continue;
    const table = edgeTo[edge]!;
    const members = new Set<number>();
    for (let at = firstEdge[table]!; at < firstEdge[table + 1]!; at++) {
      if (edgeType[at] === EDGE.internal && nodeType[edgeTo[at]!] === NODE.object) members.add(edgeTo[at]!);
    }
    return members.size;
  }
  return 0;
}

function linksOf(graph: HeapGraph, list: number): number | null {
  let count = 0;
  let at = propertyOf(graph, list, 'head');
  if (at < 0) return null;
  for (; at >= 0 && count < MOST_LINKS; count++) at = propertyOf(graph, at, 'next');
  return count;
}

function propertyOf(
  { firstEdge, edgeType, edgeName, edgeTo, strings, nodeType }: HeapGraph,
  node: number,
  name: string,
): number {
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    const to = edgeTo[edge]!;
    if (edgeType[edge] === EDGE.property && nodeType[to] === NODE.object && strings.is(edgeName[edge]!, name))
      return to;
  }
  return -1;
}
