import { type Bytes, formatBytes, formatDuration, type Milliseconds } from '../model/units.ts';

/** What earlier snapshots of the same process taught: they replace the rules of thumb. */
export interface SnapshotCalibration {
  readonly bytesPerNode: number;
  readonly pauseMsPerNode: number;
}

export interface SnapshotFacts {
  readonly heapUsedBytes: Bytes;
  readonly nodeMajor: number;
  /** Null until the first snapshot of this process. */
  readonly calibration: SnapshotCalibration | null;
  /** Limit of the control group; null where there is none. */
  readonly cgroupLimitBytes: Bytes | null;
  /** MemAvailable of the host; null where it cannot be read. */
  readonly memAvailableBytes: Bytes | null;
  readonly rssBytes: Bytes;
  readonly maxPauseMs: Milliseconds;
  /** The values of numbers are asked for too. */
  readonly numbers?: boolean;
}

export interface SnapshotEstimate {
  readonly nodes: number;
  readonly pauseMs: Milliseconds;
  /** Memory that serialising takes on top of what the process has. */
  readonly extraBytes: Bytes;
  readonly verdict: 'go' | { readonly refused: string };
}

/** A heap of many small objects, the worst case: 48 B a node. */
const BYTES_PER_NODE = 48;
const EXTRA_BYTES_PER_NODE = 540;
/** Seconds per million nodes are milliseconds per thousand: up to Node 20, and from Node 22 on. */
const PAUSE_MS_PER_NODE_OLD = 4.5e-3;
const PAUSE_MS_PER_NODE_NEW = 2.5e-3;
/** Measured on a heap of objects with four numbers each: 1.65 times the nodes, 1.2 to 1.5 times the pause. */
const NODES_WITH_NUMBERS = 1.65;
/** A fifth of the memory stays free. */
const USABLE_SHARE = 0.8;

/**
 * What a heap snapshot would cost, and whether it may be taken. Cost follows the number of objects, not megabytes:
 * the main thread stands still, and V8 builds a graph of some 540 B a node beside the heap. Refused when the pause is
 * longer than allowed, or when the memory does not fit under the control group's limit or into what the host has.
 */
export function estimateSnapshot(facts: SnapshotFacts): SnapshotEstimate {
  const { calibration, nodeMajor, heapUsedBytes } = facts;
  const plain = heapUsedBytes / (calibration?.bytesPerNode ?? BYTES_PER_NODE);
  const nodes = Math.ceil(facts.numbers ? NODES_WITH_NUMBERS * plain : plain);
  const pausePerNode = calibration?.pauseMsPerNode ?? (nodeMajor >= 22 ? PAUSE_MS_PER_NODE_NEW : PAUSE_MS_PER_NODE_OLD);
  const pauseMs = nodes * pausePerNode;
  const extraBytes = nodes * EXTRA_BYTES_PER_NODE;
  const refused = refusal(facts, pauseMs, extraBytes);
  return { nodes, pauseMs, extraBytes, verdict: refused === null ? 'go' : { refused } };
}

function refusal(facts: SnapshotFacts, pauseMs: Milliseconds, extraBytes: Bytes): string | null {
  const { cgroupLimitBytes, memAvailableBytes, rssBytes, maxPauseMs } = facts;
  if (pauseMs > maxPauseMs) {
    return `the service would stand still for about ${formatDuration(pauseMs)}, longer than the allowed ${formatDuration(maxPauseMs)}`;
  }
  if (cgroupLimitBytes !== null && rssBytes + extraBytes > USABLE_SHARE * cgroupLimitBytes) {
    return `it would take about ${formatBytes(extraBytes)} on top of ${formatBytes(rssBytes)}: too close to the memory limit of ${formatBytes(cgroupLimitBytes)}`;
  }
  if (memAvailableBytes !== null && extraBytes > USABLE_SHARE * memAvailableBytes) {
    return `it would take about ${formatBytes(extraBytes)}, and the host has ${formatBytes(memAvailableBytes)} left`;
  }
  return null;
}

/** Learns from a snapshot that was taken. A snapshot too small to tell (under 1000 nodes) teaches nothing. */
export function calibrateSnapshot(taken: {
  readonly nodes: number;
  readonly heapUsedBytes: Bytes;
  readonly pauseMs: Milliseconds;
}): SnapshotCalibration | null {
  if (taken.nodes < 1000 || taken.heapUsedBytes <= 0 || taken.pauseMs <= 0) return null;
  return { bytesPerNode: taken.heapUsedBytes / taken.nodes, pauseMsPerNode: taken.pauseMs / taken.nodes };
}
