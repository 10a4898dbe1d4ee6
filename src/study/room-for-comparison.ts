import { statSync } from 'node:fs';
import process from 'node:process';
import { type MemoryRoom, readMemoryRooms } from '../capture/memory-room.ts';
import { type Bytes, formatBytes } from '../model/units.ts';

/** As measured (docs/heap-benchmark.md): the graph of the largest snapshot, and what is computed from it. */
const TIMES_LARGEST_FILE = 5;
const BESIDE_BYTES = 40e6;

/**
 * Why heap snapshots are better compared elsewhere: they do not fit into the control group of this process, which may be
 * that of the service (`docker exec`). Null if they fit. The host is not asked: it has swap, and this process is the first
 * to go.
 */
export function refuseComparison(
  files: readonly string[],
  rooms: readonly MemoryRoom[] = readMemoryRooms(process.pid),
): string | null {
  const neededBytes = TIMES_LARGEST_FILE * Math.max(...files.map(sizeOf)) + BESIDE_BYTES;
  for (const { limitBytes, freeBytes } of rooms) {
    if (limitBytes === null || neededBytes <= freeBytes) continue;
    return `that takes up to ${formatBytes(neededBytes)} of memory, and the control group of this tool with its limit of ${formatBytes(limitBytes)} has ${formatBytes(freeBytes)} free. Where there is more: profiler report RUN`;
  }
  return null;
}

/** A missing file is reported by its reader. */
function sizeOf(file: string): Bytes {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
