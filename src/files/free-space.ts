import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { type Bytes, formatBytes } from '../model/units.ts';

/** What this user may still write where `path` is or would be; null if the system does not say. */
export function freeBytes(path: string): Bytes | null {
  for (let place = path; ; place = dirname(place)) {
    try {
      const { bavail, bsize, blocks } = statfsSync(place);
      // A file system without blocks (/proc, some of network and user space) has no figure.
      return blocks === 0 ? null : bavail * bsize;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || place === dirname(place)) return null;
    }
  }
}

/**
 * Throws a ProfilerError (exit 6) when the disk of `path` has less than `neededBytes`; to be asked before any work is done.
 */
export function refuseWithoutRoom(path: string, neededBytes: Bytes, what: string): void {
  const free = freeBytes(path);
  if (free === null || free >= neededBytes) return;
  throw new ProfilerError(
    'storage',
    EXIT.storage,
    `${path}: ENOSPC, ${what} needs about ${formatBytes(neededBytes)}, and its disk has ${formatBytes(free)} left.`,
    'Free some space, or choose another disk with --out.',
  );
}
