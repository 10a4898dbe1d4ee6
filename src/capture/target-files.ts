import { existsSync, readlinkSync } from 'node:fs';

/**
 * Where the files of a process lie for us: it may live in a container. What was known of it stays known when it has ended: a
 * service that shared our files left them behind.
 */
export class TargetFiles {
  #isShared = false;

  /** To be called while the process lives. */
  look(pid: number): void {
    this.#isShared = isSame(pid, 'ns/mnt') && isSame(pid, 'root');
  }

  /** The prefix of its paths; null if its files can no longer be read. */
  root(pid: number): string | null {
    if (!existsSync('/proc/self/root') || (this.#isShared && !existsSync(`/proc/${pid}/root`))) return '';
    return existsSync(`/proc/${pid}/root`) ? `/proc/${pid}/root` : null;
  }
}

function isSame(pid: number, link: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/${link}`) === readlinkSync(`/proc/self/${link}`);
  } catch {
    return false;
  }
}
