import { estimateSnapshot, type SnapshotEstimate } from '../capture/estimate-snapshot.ts';
import type { HeapMakeup } from '../capture/guess-graph.ts';
import { readHeapMakeup } from '../capture/look-at-heap.ts';
import { readMemoryRooms } from '../capture/memory-room.ts';
import { settlePauseBudget } from '../capture/pause-budget.ts';
import { readMemory } from '../capture/peak-memory.ts';
import { readKernelFile } from '../capture/proc-files.ts';
import { readSlowdown } from '../capture/slowdown.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';

/** What a heap snapshot of a process would cost now, without taking one or pausing it. */
export interface SnapshotOutlook {
  /** `resident`: the process was not asked, so all of its memory counts as heap: an upper limit. */
  readonly by: 'resident' | 'heap';
  readonly heapBytes: Bytes;
  readonly estimate: SnapshotEstimate;
  readonly maxPauseMs: Milliseconds;
}

/** From outside: the process is not touched. Null where its memory cannot be read. */
export function snapshotOutlook(pid: number, nodeVersion: string | null): SnapshotOutlook | null {
  const usedBytes = readOwnBytes(pid);
  if (usedBytes === null) return null;
  return outlookOf(pid, nodeVersion, { usedBytes, largeBytes: 0, externalBytes: 0 }, 'resident');
}

/** Memory of the process that no file stands behind: the heap is part of it, the program of Node (some 30 MB) is not. */
function readOwnBytes(pid: number): Bytes | null {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readKernelFile(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? null : 1024 * Number(kilobytes);
}

/** By what V8 says of its heap. */
export async function attachedOutlook({ session, process, facts }: Attachment): Promise<SnapshotOutlook | null> {
  return process && outlookOf(process.pid, facts.nodeVersion, await readHeapMakeup(session), 'heap');
}

function outlookOf(
  pid: number,
  nodeVersion: string | null,
  makeup: HeapMakeup,
  by: SnapshotOutlook['by'],
): SnapshotOutlook {
  const budget = settlePauseBudget(null, pid);
  const estimate = estimateSnapshot({
    makeup,
    nodeMajor: Number(/^v(\d+)/.exec(nodeVersion ?? '')?.[1] ?? 0),
    look: null,
    calibration: null,
    rssBytes: readMemory(pid)?.rssBytes ?? null,
    rooms: readMemoryRooms(pid),
    slowdown: readSlowdown(pid),
    budget,
  });
  return { by, heapBytes: makeup.usedBytes, estimate, maxPauseMs: budget.maxPauseMs };
}
