import type { Bytes, Milliseconds, Share } from '../model/units.ts';
import type { HeapMakeup } from './guess-graph.ts';

const MEGABYTE = 1e6;
/**
 * CPU time of the main thread, measured on Node 18 to 26 with heaps of 3 to 330 MB (small objects, Maps, strings, closures,
 * chains, 100,000 functions): 0.3 to 1.0 ms for each megabyte of small objects. Large ones are not looked through.
 */
const COLLECTION_MS_PER_MB = 0.9;
const COLLECTION_LEAST_MS = 5;
/** The first CPU profile walks over the heap for compiled functions: 0.55 to 0.8 ms a megabyte on the same heaps. */
const WALK_MS_PER_MB = 0.8;
/** Each function that it finds is noted with the table of its lines: 3 to 5 ms for each megabyte of bytecode. */
const BYTECODE_MS_PER_MB = 4.5;
const CPU_START_LEAST_MS = 10;

/** CPU time of one full collection. */
export function costOfCollection(makeup: HeapMakeup): Milliseconds {
  return COLLECTION_LEAST_MS + COLLECTION_MS_PER_MB * smallMegabytes(makeup);
}

/** CPU time of starting a CPU profile while none runs. Without the size of the bytecode: a lower limit. */
export function costOfCpuStart(makeup: HeapMakeup, bytecodeBytes: Bytes = 0): Milliseconds {
  const perBytecode = (BYTECODE_MS_PER_MB * bytecodeBytes) / MEGABYTE;
  return CPU_START_LEAST_MS + WALK_MS_PER_MB * smallMegabytes(makeup) + perBytecode;
}

/**
 * To begin to count calls V8 looks at every function that ran: 30 to 77 ms at 25 MB, 516 ms at 199 MB (`npm run
 * bench:call-counts`).
 */
const COUNTING_LEAST_MS = 20;
const COUNTING_MS_PER_MB = 2.5;

export function costOfCounting(makeup: HeapMakeup): Milliseconds {
  return COUNTING_LEAST_MS + COUNTING_MS_PER_MB * smallMegabytes(makeup);
}

/** A heap in which each collection is felt: from here on all pauses of a run are added up. */
const LARGE_HEAP_MB = 100;
/** Where V8 marks beside the program: what remains is a part of the collection, 0.1 to 0.5 of it on Node 18 to 26. */
export const AFTER_MARKING: Share = 0.5;
/** V8 marks in small steps on the main thread too. */
const MARKING_STEPS_MS = 10;
const MARKING_STEPS_MS_PER_MB = 0.1;

export function isLargeHeap(makeup: HeapMakeup): boolean {
  return smallMegabytes(makeup) > LARGE_HEAP_MB;
}

/** Longest single pause of a concurrent collection. */
export function costOfMarking(makeup: HeapMakeup): Milliseconds {
  return MARKING_STEPS_MS + MARKING_STEPS_MS_PER_MB * smallMegabytes(makeup);
}

function smallMegabytes({ usedBytes, largeBytes }: HeapMakeup): number {
  return Math.max(0, usedBytes - largeBytes) / MEGABYTE;
}
