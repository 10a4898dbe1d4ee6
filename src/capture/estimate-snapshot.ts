import { type Bytes, formatBytes, type Milliseconds } from '../model/units.ts';
import { guessFromLook, guessFromSpaces, type HeapGraph, type HeapLook, type HeapMakeup } from './guess-graph.ts';
import type { MemoryRoom } from './memory-room.ts';
import { type PauseBudget, refusePause } from './pause-budget.ts';
import type { MemoryRise } from './peak-memory.ts';
import { costOfSnapshot, costOfWalk, listOfWalk, type SnapshotCost, sizeOfFile } from './snapshot-cost.ts';

/** What the latest snapshot of a process taught. */
export interface SnapshotCalibration {
  readonly nodes: number;
  readonly makeup: HeapMakeup;
  readonly cpuMs: Milliseconds;
  /** Null if it could not be watched: a process elsewhere. */
  readonly memory: MemoryRise | null;
}

export interface SnapshotFacts {
  readonly makeup: HeapMakeup;
  readonly nodeMajor: number;
  /** Null until the heap was looked through. */
  readonly look: HeapLook | null;
  /** Null until the first snapshot of this process. */
  readonly calibration: SnapshotCalibration | null;
  /** Of the process, now; null if it cannot be read. */
  readonly rssBytes: Bytes | null;
  /** All limits that the process lives under; empty if none is known. */
  readonly rooms: readonly MemoryRoom[];
  /** How many times longer than its CPU time a thread takes on this host now. */
  readonly slowdown: number;
  readonly budget: PauseBudget;
  /** The values of numbers are asked for too. */
  readonly numbers?: boolean;
  /** The file is written into memory. */
  readonly inMemory?: boolean;
}

export interface SnapshotEstimate {
  readonly nodes: number;
  readonly pauseMs: Milliseconds;
  /** Memory that it takes on top of what the process has. */
  readonly extraBytes: Bytes;
  readonly verdict: 'go' | { readonly refused: string };
}

/** Reserved: the service continues to allocate memory meanwhile. */
const GROUP_RESERVE_SHARE = 0.1;
const HOST_RESERVE_SHARE = 0.2;
/** The same heap again: what was measured, and hash tables that double in steps. */
const CALIBRATED_MARGIN = 1.15;

/**
 * What a heap snapshot would cost, and whether it may be taken. Cost follows what the heap is made of, not its megabytes.
 * Until a snapshot of this process has taught better the memory is an upper limit. Refused when the pause is longer than
 * allowed, or the memory does not fit into what every limit above the process has left.
 */
export function estimateSnapshot(facts: SnapshotFacts): SnapshotEstimate {
  const graph = graphOf(facts);
  const rules = costOfSnapshot(graph, facts.nodeMajor, facts.numbers ?? false);
  const cost = facts.calibration ? calibrate(facts, facts.calibration, rules) : rules;
  const fileBytes = facts.inMemory ? sizeOfFile(graph.atMost) : 0;
  return judge(facts, graph.likely.nodes, { ...cost, extraBytes: cost.extraBytes + fileBytes });
}

/** The same for a walk over the heap that notes each object: a look, a count of classes. */
export function estimateWalk(facts: SnapshotFacts): SnapshotEstimate {
  const { likely } = graphOf(facts);
  const { verdict, ...estimate } = judge(facts, likely.nodes, costOfWalk(likely));
  const refused = refuseMemory(oldSpaceOf(facts.makeup), listOfWalk(likely));
  return { ...estimate, verdict: verdict === 'go' && refused !== null ? { refused } : verdict };
}

/** Where V8 finds no room there it ends the program. */
function oldSpaceOf({ usedBytes, oldLimitBytes }: HeapMakeup): MemoryRoom[] {
  if (oldLimitBytes === undefined) return [];
  const freeBytes = Math.max(0, oldLimitBytes - usedBytes);
  return [{ of: 'old space of V8 (--max-old-space-size)', limitBytes: oldLimitBytes, freeBytes }];
}

function graphOf({ makeup, look, calibration }: SnapshotFacts): {
  readonly atMost: HeapGraph;
  readonly likely: HeapGraph;
} {
  if (look) return guessFromLook(makeup, look);
  const most = guessFromSpaces(makeup);
  const nodes = calibration ? (calibration.nodes * makeup.usedBytes) / calibration.makeup.usedBytes : most.nodes;
  return { atMost: { ...most, nodes }, likely: { ...most, nodes } };
}

/**
 * What was measured, and for what the heap has gained since the upper limit: a leak is seldom made like the rest. Never
 * more than the rules say of the whole.
 */
function calibrate(facts: SnapshotFacts, calibration: SnapshotCalibration, byRules: SnapshotCost): SnapshotCost {
  const { makeup, nodeMajor, numbers = false, look } = facts;
  const growth = makeup.usedBytes / calibration.makeup.usedBytes;
  const now = costOfSpaces(makeup, nodeMajor, numbers);
  const then = costOfSpaces(calibration.makeup, nodeMajor, false);
  const sameNow = costOfSpaces(calibration.makeup, nodeMajor, numbers);
  const cpuMs = growth * calibration.cpuMs * (sameNow.cpuMs / then.cpuMs);
  const { memory } = calibration;
  if (!memory) return { cpuMs, extraBytes: byRules.extraBytes };
  const measured = CALIBRATED_MARGIN * memory.peakBytes * (sameNow.extraBytes / then.extraBytes);
  const gained = Math.max(0, now.extraBytes - sameNow.extraBytes);
  const risesBy = Math.min(measured + gained, look ? byRules.extraBytes : Number.POSITIVE_INFINITY);
  return { cpuMs, extraBytes: Math.max(0, risesBy - stillKept(facts, calibration, memory)) };
}

function costOfSpaces(makeup: HeapMakeup, nodeMajor: number, numbers: boolean): SnapshotCost {
  const graph = guessFromSpaces(makeup);
  return costOfSnapshot({ atMost: graph, likely: graph }, nodeMajor, numbers);
}

/** What the allocator still has from the last snapshot, unless something else may have taken it. */
function stillKept({ makeup, rssBytes }: SnapshotFacts, calibration: SnapshotCalibration, memory: MemoryRise): Bytes {
  if (rssBytes === null) return 0;
  const taken = Math.max(0, makeup.externalBytes - calibration.makeup.externalBytes);
  const heapGrowth = Math.max(0, makeup.usedBytes - calibration.makeup.usedBytes);
  return Math.max(0, Math.min(memory.keptBytes, rssBytes - memory.startRssBytes - heapGrowth) - taken);
}

function judge(facts: SnapshotFacts, nodes: number, { cpuMs, extraBytes }: SnapshotCost): SnapshotEstimate {
  const pauseMs = cpuMs * facts.slowdown;
  const reasons = [refuseMemory(facts.rooms, extraBytes), refusePause(facts.budget, cpuMs, facts.slowdown)].filter(
    Boolean,
  );
  const verdict = reasons.length === 0 ? 'go' : { refused: reasons.join('; and ') };
  return { nodes: Math.ceil(nodes), pauseMs, extraBytes, verdict };
}

function refuseMemory(rooms: readonly MemoryRoom[], extraBytes: Bytes): string | null {
  for (const { of, freeBytes, limitBytes, toolBytes = 0 } of rooms) {
    const reserve = limitBytes === null ? HOST_RESERVE_SHARE * freeBytes : GROUP_RESERVE_SHARE * limitBytes;
    if (extraBytes <= freeBytes - reserve - toolBytes) continue;
    const place = limitBytes === null ? `the ${of}` : `the ${of} with its limit of ${formatBytes(limitBytes)}`;
    const forTool =
      toolBytes > 0 ? `, and ${formatBytes(toolBytes)} for the profiler, which runs in the same group` : '';
    return `it would take up to ${formatBytes(extraBytes)} more memory, and ${place} has ${formatBytes(freeBytes)} free, of which ${formatBytes(reserve)} are held back${forTool}`;
  }
  return null;
}

/** Learns from a snapshot that was taken. One too small to tell (under 1000 nodes) teaches nothing. */
export function calibrateSnapshot(taken: SnapshotCalibration): SnapshotCalibration | null {
  return taken.nodes < 1000 || taken.makeup.usedBytes <= 0 || taken.cpuMs <= 0 ? null : taken;
}
