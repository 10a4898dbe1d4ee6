import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import type { Bytes } from '../model/units.ts';
import { pm2Options } from '../target/pm2-options.ts';
import { readArguments, readEnvironment, readStat } from '../target/proc.ts';
import type { InspectorSession } from '../target/session.ts';
import { findCgroup, readMemoryLevels } from './cgroup.ts';
import { readMemory } from './peak-memory.ts';
import { parseKeyed, readKernelFile, readMemAvailableBytes } from './proc-files.ts';

/** Memory that a process may still take before something that limits it is full. */
export interface MemoryRoom {
  readonly of:
    | 'control group'
    | 'host'
    | 'data segment of the process'
    | 'address space of the process'
    | 'max_memory_restart of pm2'
    | 'old space of V8 (--max-old-space-size)';
  readonly freeBytes: Bytes;
  /** Null for the host: what it has in all says nothing. */
  readonly limitBytes: Bytes | null;
  /** What this tool still needs, where it lives under the same limit. */
  readonly toolBytes?: Bytes;
}

/** A soak of minutes and of hours, from its first capture to its end: 40 MB and less (`npm run bench:tool-memory`). */
const TOOL_BYTES = 64e6;

/**
 * Every limit that a process of this host lives under: its own (setrlimit(2)), that of pm2, its control group, those above,
 * the host.
 */
export function readMemoryRooms(pid: number): MemoryRoom[] {
  const { memory } = findCgroup(pid);
  const own = findCgroup(process.pid).memory?.path;
  const groups = (memory ? readMemoryLevels(memory) : []).map(
    ({ path, limitBytes, usedBytes }): MemoryRoom => ({
      of: 'control group',
      limitBytes,
      freeBytes: Math.max(0, limitBytes - usedBytes),
      toolBytes: own !== undefined && pid !== process.pid && `${own}/`.startsWith(`${path}/`) ? TOOL_BYTES : 0,
    }),
  );
  const rooms = [...readOwnLimits(pid), ...readPm2Limit(pid), ...groups];
  const available = readMemAvailableBytes();
  return available === null ? rooms : [...rooms, { of: 'host', limitBytes: null, freeBytes: available }];
}

/** A control group is shared: other processes in it continue to allocate memory. */
const RESERVE_SHARE = 0.1;

/**
 * What this tool may still take of the limits that it lives under, perhaps beside the service (`docker exec`). The host is
 * not asked: this process is the first to go there.
 */
export function readOwnRoom(): Bytes {
  const limited = readMemoryRooms(process.pid).flatMap(({ limitBytes, freeBytes }) =>
    limitBytes === null ? [] : freeBytes - RESERVE_SHARE * limitBytes,
  );
  return Math.min(Number.POSITIVE_INFINITY, ...limited);
}

/**
 * LimitDATA= and LimitAS= of systemd, `ulimit -d` and `-v`. An allocation above one of them fails, and V8 ends the program.
 */
const OWN_LIMITS = [
  { of: 'data segment of the process', limit: 'Max data size', used: 'VmData' },
  { of: 'address space of the process', limit: 'Max address space', used: 'VmSize' },
] as const;

function readOwnLimits(pid: number): MemoryRoom[] {
  const limits = readKernelFile(`/proc/${pid}/limits`) ?? '';
  const status = parseKeyed(readKernelFile(`/proc/${pid}/status`) ?? '');
  return OWN_LIMITS.flatMap(({ of, limit, used }): MemoryRoom[] => {
    // The soft limit; `unlimited` is none.
    const limitBytes = Number(new RegExp(`^${limit} +(\\d+) `, 'm').exec(limits)?.[1] ?? Number.NaN);
    const usedBytes = status.get(used);
    if (!(limitBytes > 0 && limitBytes < NO_LIMIT_BYTES) || usedBytes === undefined) return [];
    return [{ of, limitBytes, freeBytes: Math.max(0, limitBytes - usedBytes) }];
  });
}

/** pm2 looks every half minute, and restarts what has more memory in use. */
function readPm2Limit(pid: number): MemoryRoom[] {
  const environment = readEnvironment(pid);
  // What a service of pm2 started inherits its environment, and is not looked at.
  if (environment === null || !isOfPm2(pid)) return [];
  const limitBytes = Number(pm2Options(environment).max_memory_restart);
  const usedBytes = readMemory(pid)?.rssBytes;
  if (!(limitBytes > 0) || usedBytes === undefined) return [];
  return [{ of: 'max_memory_restart of pm2', limitBytes, freeBytes: Math.max(0, limitBytes - usedBytes) }];
}

/** Its parent is `PM2 v6.0.14: God Daemon (...)`, or `pm2-runtime`; one that cannot be read may be it. */
function isOfPm2(pid: number): boolean {
  const parent = readStat(pid)?.parentPid;
  const words = parent === undefined ? [] : readArguments(parent);
  return words.length === 0 || words.some((word) => /\bpm2\b/i.test(word));
}

/** A limit that is none reads as 0, or as a number close to 2^63; no host has 2^60 bytes. */
const NO_LIMIT_BYTES = 2 ** 60;

const READ_ROOM = `({
  limit: process.constrainedMemory?.() ?? 0,
  available: process.availableMemory?.() ?? null,
  resident: process.memoryUsage.rss(),
})`;

/** What a process elsewhere knows of it by itself (Node 18.15 and later); empty if it does not. */
export async function readRoomInside(session: InspectorSession): Promise<MemoryRoom[]> {
  const { limit, available, resident } = await session.evaluate<{
    readonly limit: Bytes;
    readonly available: Bytes | null;
    readonly resident: Bytes;
  }>(READ_ROOM);
  if (limit > 0 && limit < NO_LIMIT_BYTES) {
    return [{ of: 'control group', limitBytes: limit, freeBytes: Math.max(0, available ?? limit - resident) }];
  }
  return available === null ? [] : [{ of: 'host', limitBytes: null, freeBytes: available }];
}

const TMPFS_MAGIC = 0x01021994;

/** A file there takes memory and no disk. */
export function isInMemory(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      return statfsSync(folder).type === TMPFS_MAGIC;
    } catch {
      // Not created yet: its parent has the figure.
      if (folder === dirname(folder)) return false;
    }
  }
}
