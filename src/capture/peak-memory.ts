import type { Bytes, Milliseconds } from '../model/units.ts';
import { parseKeyed, readKernelFile } from './proc-files.ts';

const INTERVAL_MS: Milliseconds = 50;

interface Memory {
  readonly rssBytes: Bytes;
  readonly highestBytes: Bytes;
}

/** How far the resident memory of a process rose above its level at the start, and its level at the end. */
export interface MemoryRise {
  readonly peakBytes: Bytes;
  readonly keptBytes: Bytes;
  readonly startRssBytes: Bytes;
}

/**
 * Watches the memory of a process from outside. The highest that the kernel noted is exact where it rose meanwhile; where
 * an earlier peak was higher, looking every 50 ms has to do. `stop` gives null if it cannot be read.
 */
export function watchMemory(pid: number | null): { stop(): MemoryRise | null } {
  const start = readMemory(pid);
  let highest = start?.rssBytes ?? 0;
  const timer = setInterval(() => {
    highest = Math.max(highest, readMemory(pid)?.rssBytes ?? 0);
  }, INTERVAL_MS).unref();
  return {
    stop: () => {
      clearInterval(timer);
      const end = readMemory(pid);
      if (!start || !end) return null;
      const peak = end.highestBytes > start.highestBytes ? end.highestBytes : Math.max(highest, end.rssBytes);
      return {
        peakBytes: Math.max(0, peak - start.rssBytes),
        keptBytes: Math.max(0, end.rssBytes - start.rssBytes),
        startRssBytes: start.rssBytes,
      };
    },
  };
}

/** Resident now, and at most so far; null if it cannot be read. */
export function readMemory(pid: number | null): Memory | null {
  if (pid === null) return null;
  const status = parseKeyed(readKernelFile(`/proc/${pid}/status`) ?? '');
  const rssBytes = status.get('VmRSS');
  const highestBytes = status.get('VmHWM');
  return rssBytes === undefined || highestBytes === undefined ? null : { rssBytes, highestBytes };
}
