import type { Bytes, Share } from '../model/units.ts';
import { buildClassTable, type ClassTable } from './class-table.ts';
import { isOddId } from './growth/ids.ts';
import type { HeapGraph } from './heap-graph.ts';

export interface ClassChange {
  readonly class: string;
  /** Of the later snapshot. */
  readonly count: number;
  readonly shallowBytes: Bytes;
  readonly countDelta: number;
  readonly shallowDelta: Bytes;
  /** Objects of the later snapshot alone, and of the earlier alone; null where ids do not compare. */
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
  /** Of the ids that both snapshots have and that rise with time, the share of those whose class is the same; null without any. */
  readonly sameClass: Share | null;
  /** Biggest growth of shallow size first. */
  readonly classes: readonly ClassChange[];
}

/** Of the ids common to two snapshots of unknown origin, so many must keep their class for ids to be trusted. */
export const TRUSTED_IDS: Share = 0.99;

/** A table by id is as long as the highest; when ids are so many times sparser than nodes, a hash table takes less. */
const SPARSEST = 16;

/**
 * What became more from one snapshot to another by class, and by object id what is new and what is gone, as Chrome
 * DevTools compares snapshots. Needs no edges, so a graph that was read without them will do.
 */
export function findClassChanges(before: HeapGraph, after: HeapGraph): ClassChanges {
  const old = tallied(before);
  const now = tallied(after);
  const kept = countKept(before, old, after, now);
  const byIds = kept.sameClass !== null && kept.sameClass >= TRUSTED_IDS;
  const numberBefore = new Map(old.classes.names.map((name, number) => [name, number]));
  const numberAfter = new Map(now.classes.names.map((name, number) => [name, number]));
  const classes: ClassChange[] = [];
  for (const name of new Set([...old.classes.names, ...now.classes.names])) {
    const from = numberBefore.get(name) ?? -1;
    const to = numberAfter.get(name) ?? -1;
    const count = now.count[to] ?? 0;
    const countBefore = old.count[from] ?? 0;
    if (count === 0 && countBefore === 0) continue;
    const common = kept.count[to] ?? 0;
    const shallowBytes = now.bytes[to] ?? 0;
    classes.push({
      class: name,
      count,
      shallowBytes,
      countDelta: count - countBefore,
      shallowDelta: shallowBytes - (old.bytes[from] ?? 0),
      added: byIds ? count - common : null,
      removed: byIds ? countBefore - common : null,
    });
  }
  return {
    snapshots: [totalsOf(before, old), totalsOf(after, now)],
    sameClass: kept.sameClass,
    classes: classes.sort((a, b) => b.shallowDelta - a.shallowDelta),
  };
}

function totalsOf({ nodeCount, layout }: HeapGraph, { bytes }: Tally): SnapshotTotals {
  return { nodes: nodeCount, edges: layout.edgeCount, bytes: bytes.reduce((sum, own) => sum + own, 0) };
}

interface Tally {
  readonly classes: ClassTable;
  /** By class number. */
  readonly count: Uint32Array;
  readonly bytes: Float64Array;
}

function tallied(graph: HeapGraph): Tally {
  const classes = buildClassTable(graph);
  const count = new Uint32Array(classes.names.length);
  const bytes = new Float64Array(classes.names.length);
  for (let node = 0; node < graph.nodeCount; node++) {
    const number = classes.classOf[node]!;
    count[number] = count[number]! + 1;
    bytes[number] = bytes[number]! + graph.selfSize[node]!;
  }
  return { classes, count, bytes };
}

/** By class number of the later snapshot: objects that are in both, with the same id and class. */
function countKept(
  before: HeapGraph,
  old: Tally,
  after: HeapGraph,
  now: Tally,
): { count: Uint32Array; sameClass: Share | null } {
  const numbers = new Map(now.classes.names.map((name, number) => [name, number]));
  const translated = Int32Array.from(old.classes.names, (name) => numbers.get(name) ?? -1);
  const nodeById = indexById(before);
  const count = new Uint32Array(now.classes.names.length);
  let common = 0;
  let same = 0;
  for (let node = 0; node < after.nodeCount; node++) {
    const id = after.nodeId[node]!;
    const earlier = nodeById(id);
    if (earlier < 0) continue;
    const number = now.classes.classOf[node]!;
    const isSame = translated[old.classes.classOf[earlier]!] === number;
    if (isSame) count[number] = count[number]! + 1;
    if (!isOddId(id)) continue;
    common++;
    if (isSame) same++;
  }
  return { count, sameClass: common === 0 ? null : same / common };
}

/** From an object id to the node that has it, or -1. */
function indexById({ nodeCount, nodeId }: HeapGraph): (id: number) => number {
  let highest = 0;
  for (let node = 0; node < nodeCount; node++) if (isOddId(nodeId[node]!)) highest = Math.max(highest, nodeId[node]!);
  const isDense = highest >>> 1 <= nodeCount * SPARSEST;
  /** Node + 1 by half of the odd id. */
  const odd = new Uint32Array(isDense ? (highest >>> 1) + 1 : 0);
  const others = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    const id = nodeId[node]!;
    if (isDense && isOddId(id)) odd[id >>> 1] = node + 1;
    else others.set(id, node);
  }
  return (id) => (isDense && isOddId(id) ? (odd[id >>> 1] ?? 0) - 1 : (others.get(id) ?? -1));
}
