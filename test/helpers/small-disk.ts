import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './temporary-folder.ts';

/** A disk of its own for one test, as small as `size` says (`1m`, `512k`); null, and the test skipped, where none can be mounted. */
export function smallDisk(t: TestContext, size: string): string | null {
  // Hooks run in the order in which they were made: unmounted first, then removed.
  t.after(() => spawnSync('umount', ['-l', disk]));
  const disk = join(temporaryFolder(t), 'disk');
  mkdirSync(disk);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { encoding: 'utf8' });
  if (mount.status === 0) return disk;
  t.skip(`mounting a small tmpfs was refused: ${mount.stderr ?? mount.error?.message}`);
  return null;
}

/** Takes all the room that is left. Returns the file to remove. */
export function fillUp(disk: string): string {
  const filler = join(disk, 'filler');
  for (const size of [65_536, 4096, 512, 1]) {
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  return filler;
}
