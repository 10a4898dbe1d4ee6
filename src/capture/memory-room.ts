import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Bytes } from '../model/units.ts';
import { findCgroup, readMemoryLevels } from './cgroup.ts';
import { readMemAvailableBytes } from './proc-files.ts';

/** Memory that a process may still take before something that limits it is full. */
export interface MemoryRoom {
  readonly of: 'control group' | 'host';
  readonly freeBytes: Bytes;
  /** Null for the host: what it has in all says nothing. */
  readonly limitBytes: Bytes | null;
}

/** Every limit that a process lives under: its control group, those above, the host. Null: a process elsewhere, of which nothing is known. */
export function readMemoryRooms(pid: number | null): MemoryRoom[] {
  if (pid === null) return [];
  const { memory } = findCgroup(pid);
  const groups = (memory ? readMemoryLevels(memory) : []).map(
    ({ limitBytes, usedBytes }): MemoryRoom => ({
      of: 'control group',
      limitBytes,
      freeBytes: Math.max(0, limitBytes - usedBytes),
    }),
  );
  const available = readMemAvailableBytes();
  return available === null ? groups : [...groups, { of: 'host', limitBytes: null, freeBytes: available }];
}

const TMPFS_MAGIC = 0x01021994;

/** A file there takes memory and no disk. */
export function isInMemory(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      return statfsSync(folder).type === TMPFS_MAGIC;
    } catch {
      // Not made yet: its parent tells.
      if (folder === dirname(folder)) return false;
    }
  }
}
