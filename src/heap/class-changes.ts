import type { Bytes, Share } from '../model/units.ts';
import { buildClassTable } from './class-table.ts';
import { isOddId } from './growth/ids.ts';
import type { HeapGraph } from './heap-graph.ts';

export interface ClassChange {
  readonly class: string;
  /** Of the later snapshot. */
  readonly count: number;
  readonly shallowBytes: Bytes;
  readonly countDelta: number;
  readonly shallowDelta: Bytes;
  /** Objects of the later snapshot alone, and of the earlier alone; null if ids do not compare. */
  readonly added: number | null;
  readonly removed: number | null;
}

interface SnapshotTotals {
  readonly nodes: number;
  readonly edges: number;
  readonly bytes: Bytes;
}

export interface ClassChanges {
  /** Of the earlier and the later one. */
  readonly snapshots: readonly [SnapshotTotals, SnapshotTotals];
  /**
   * Of the ids that both snapshots have and that rise with time, the share of those whose class is the same; null without
   * any.
   */
  readonly sameClass: Share | null;
  /** Biggest growth of shallow size first. */
  readonly classes: readonly ClassChange[];
}

/** The share of common ids that must keep their class before the ids of two snapshots of unknown origin are trusted. */
export const TRUSTED_IDS: Share = 0.99;

/**
 * An array indexed by id is as long as the highest id. If ids are this many times sparser than nodes, a hash table takes
 * less memory.
 */
const SPARSEST = 16;

/** What a comparison needs from a snapshot. It needs no edges, so a graph that was read without them is enough. */
export interface SnapshotClasses {
  readonly totals: SnapshotTotals;
  readonly names: readonly string[];
  /** By class number. */
  readonly count: Uint32Array;
  readonly bytes: Float64Array;
  /** By node. */
  readonly classOf: Uint32Array;
  readonly nodeId: Uint32Array;
}

export interface IndexedSnapshot extends SnapshotClasses {
  readonly ids: IdIndex;
}

/** From an object id to the node that has it. */
interface IdIndex {
  /** Node + 1 by half of the odd id; empty if ids are sparse. */
  readonly odd: Uint32Array;
  readonly others: ReadonlyMap<number, number>;
}

/**
 * Growth between two snapshots by class, and new and removed objects by id. Chrome DevTools compares snapshots in the same
 * way.
 */
export function findClassChanges(before: IndexedSnapshot, after: SnapshotClasses): ClassChanges {
  const kept = countKept(before, after);
  const byIds = kept.sameClass !== null && kept.sameClass >= TRUSTED_IDS;
  const numberBefore = new Map(before.names.map((name, number) => [name, number]));
  const numberAfter = new Map(after.names.map((name, number) => [name, number]));
  const classes: ClassChange[] = [];
  for (const name of new Set([...before.names, ...after.names])) {
    const from = numberBefore.get(name) ?? -1;
    const to = numberAfter.get(name) ?? -1;
    const count = after.count[to] ?? 0;
    const countBefore = before.count[from] ?? 0;
    if (count === 0 && countBefore === 0) continue;
    const common = kept.count[to] ?? 0;
    const shallowBytes = after.bytes[to] ?? 0;
    classes.push({
      class: name,
      count,
      shallowBytes,
      countDelta: count - countBefore,
      shallowDelta: shallowBytes - (before.bytes[from] ?? 0),
      added: byIds ? count - common : null,
      removed: byIds ? countBefore - common : null,
    });
  }
  return {
    snapshots: [before.totals, after.totals],
    sameClass: kept.sameClass,
    classes: classes.sort((a, b) => b.shallowDelta - a.shallowDelta),
  };
}

export function classesOfSnapshot(graph: HeapGraph): SnapshotClasses {
  const { nodeCount, nodeId, selfSize } = graph;
  const { names, classOf } = buildClassTable(graph);
  const count = new Uint32Array(names.length);
  const bytes = new Float64Array(names.length);
  let totalBytes = 0;
  for (let node = 0; node < nodeCount; node++) {
    const number = classOf[node]!;
    count[number] = count[number]! + 1;
    bytes[number] = bytes[number]! + selfSize[node]!;
    totalBytes += selfSize[node]!;
  }
  const totals = { nodes: nodeCount, edges: graph.layout.edgeCount, bytes: totalBytes };
  return { totals, names, count, bytes, classOf, nodeId };
}

export function indexedSnapshot(graph: HeapGraph): IndexedSnapshot {
  return { ...classesOfSnapshot(graph), ids: indexIds(graph.nodeId) };
}

function indexIds(nodeId: Uint32Array): IdIndex {
  let highest = 0;
  for (let node = 0; node < nodeId.length; node++)
    if (isOddId(nodeId[node]!)) highest = Math.max(highest, nodeId[node]!);
  const isDense = highest >>> 1 <= nodeId.length * SPARSEST;
  const odd = new Uint32Array(new SharedArrayBuffer(isDense ? ((highest >>> 1) + 1) * 4 : 0));
  const others = new Map<number, number>();
  for (let node = 0; node < nodeId.length; node++) {
    const id = nodeId[node]!;
    if (isDense && isOddId(id)) odd[id >>> 1] = node + 1;
    else others.set(id, node);
  }
  return { odd, others };
}

/** By class number of the later snapshot: objects that are in both, with the same id and class. */
function countKept(before: IndexedSnapshot, after: SnapshotClasses): { count: Uint32Array; sameClass: Share | null } {
  const numbers = new Map(after.names.map((name, number) => [name, number]));
  const translated = Int32Array.from(before.names, (name) => numbers.get(name) ?? -1);
  const { odd, others } = before.ids;
  const { nodeId, classOf } = after;
  const count = new Uint32Array(after.names.length);
  let common = 0;
  let same = 0;
  for (let node = 0; node < nodeId.length; node++) {
    const id = nodeId[node]!;
    const isOdd = isOddId(id);
    const earlier = isOdd && odd.length > 0 ? (odd[id >>> 1] ?? 0) - 1 : (others.get(id) ?? -1);
    if (earlier < 0) continue;
    const number = classOf[node]!;
    const isSame = translated[before.classOf[earlier]!] === number;
    if (isSame) count[number] = count[number]! + 1;
    if (!isOdd) continue;
    common++;
    if (isSame) same++;
  }
  return { count, sameClass: common === 0 ? null : same / common };
}
