import type { Bytes, Milliseconds } from '../model/units.ts';
import type { HeapGraph } from './guess-graph.ts';

/** What making a snapshot of a graph takes. */
export interface SnapshotCost {
  /** On top of what the process has. */
  readonly extraBytes: Bytes;
  /** Of the main thread, on an idle core. */
  readonly cpuMs: Milliseconds;
}

interface Rates {
  readonly base: number;
  readonly node: number;
  readonly edge: number;
  readonly indexName: number;
  readonly string: number;
  readonly stringByte: number;
}

/**
 * Bytes: least squares over the shapes of docs/snapshot-cost.md, rounded up. What is behind them: an entry of V8's graph
 * with its places in two hash tables, an edge with its pointer, the 1 KiB buffer that a formatted name keeps for ever, a
 * copy of each string with its places in two more tables, and the text on its way to us, which waits in the target.
 */
const BYTES: Rates = { base: 20e6, node: 260, edge: 42, indexName: 1120, string: 320, stringByte: 2 };
/** A Set of texts took half as much again for each entry as on Node 24. Why is not known, so no large table is estimated lower. */
const BYTES_SINCE_26: Rates = { ...BYTES, indexName: 1950 };

/** Nanoseconds of the main thread, of the same fit, by the oldest major version of Node that they hold for. */
const NANOSECONDS: readonly (readonly [fromMajor: number, rates: Rates])[] = [
  [24, { base: 20e6, node: 560, edge: 160, indexName: 900, string: 1400, stringByte: 0 }],
  [20, { base: 20e6, node: 1400, edge: 170, indexName: 1200, string: 1500, stringByte: 0 }],
  // Its table of names collides where strings end alike: from 3 to 70 us a string, and nobody can say which beforehand.
  [0, { base: 20e6, node: 1450, edge: 190, indexName: 5000, string: 60_000, stringByte: 0 }],
];

/** Measured on objects with numeric fields: 1.5 to 2.6 times the nodes, 1.03 to 1.34 times the memory, 1.3 to 1.53 times the time. */
const WITH_NUMBERS = { memory: 1.4, time: 1.5 };

/**
 * A walk over the heap with a note of each object: 25 to 135 B a node. Looks and counts of classes are such. A count took 35 to 45 ms of CPU in
 * heaps of 4 to 6 MB, and 520 ms in one of 49 MB made of nothing but small objects, which is counted as two million nodes of 24 B here.
 */
const WALK = { bytesPerNode: 140, nanosecondsPerNode: 500, baseMs: 30, baseBytes: 10e6 };

/** A walk lists what it found in an array of the program's own heap: 8 B each, and V8 ended the program where 8 B were not there. */
const LISTED_BYTES = 10;

/** What a walk takes in the old space of V8. */
export function listOfWalk({ nodes }: Pick<HeapGraph, 'nodes'>): Bytes {
  return LISTED_BYTES * nodes;
}

export function costOfSnapshot(
  { atMost, likely }: { readonly atMost: HeapGraph; readonly likely: HeapGraph },
  nodeMajor: number,
  numbers: boolean,
): SnapshotCost {
  const nanoseconds = NANOSECONDS.find(([from]) => nodeMajor >= from)?.[1] ?? BYTES;
  return {
    extraBytes: total(atMost, nodeMajor >= 26 ? BYTES_SINCE_26 : BYTES) * (numbers ? WITH_NUMBERS.memory : 1),
    cpuMs: (total(likely, nanoseconds) / 1e6) * (numbers ? WITH_NUMBERS.time : 1),
  };
}

export function costOfWalk({ nodes }: Pick<HeapGraph, 'nodes'>): SnapshotCost {
  return {
    extraBytes: WALK.baseBytes + WALK.bytesPerNode * nodes,
    cpuMs: WALK.baseMs + (WALK.nanosecondsPerNode * nodes) / 1e6,
  };
}

/** Seven numbers a node and three an edge, in digits. */
export function sizeOfFile({ nodes, edges, stringBytes }: HeapGraph): Bytes {
  return 35 * nodes + 16 * edges + 1.1 * stringBytes;
}

function total(graph: HeapGraph, rates: Rates): number {
  return (
    rates.base +
    rates.node * graph.nodes +
    rates.edge * graph.edges +
    rates.indexName * graph.indexNames +
    rates.string * graph.strings +
    rates.stringByte * graph.stringBytes
  );
}
