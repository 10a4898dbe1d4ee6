import { readFileSync } from 'node:fs';
import type { Bytes, Milliseconds } from '../../../src/model/units.ts';

export interface ProcessUsage {
  /** User and system time of all threads since the start of the process. */
  readonly cpuMs: Milliseconds;
  readonly rssBytes: Bytes;
  /** The most that was ever resident. */
  readonly peakRssBytes: Bytes;
}

/** One clock tick of /proc: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** Null when the process is gone. */
export function readUsage(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    // Fields 14 and 15 of proc(5), counted from the bracket behind the name: utime and stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const bytesOf = (key: string): Bytes => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
    const rssBytes = bytesOf('VmRSS');
    if (!Number.isFinite(rssBytes)) return null;
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, rssBytes, peakRssBytes: bytesOf('VmHWM') };
  } catch {
    return null;
  }
}
