import { lstatOf } from '../files/output-place.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { askHolder, type LockHolder, type NamedLock, tryLock } from '../target/named-lock.ts';

/**
 * Makes this the only writer of a run folder until it is released. The folder is known by its inode: it stays locked
 * under another name. Throws a ProfilerError (exit 2) that names the other process.
 */
export async function lockRun(dir: string, name: string | null = lockNameOf(dir)): Promise<NamedLock> {
  // Without such sockets, recording continues without a lock.
  const lock = name === null ? NO_LOCK : await tryLock(name).catch(() => NO_LOCK);
  if (lock === null) throw inUse(dir, (await askHolder(name ?? '')) ?? 'unknown');
  if (lockNameOf(dir) === name) return lock;
  // Replaced since its name was taken.
  lock.release();
  throw inUse(dir, 'unknown');
}

/** Throws a ProfilerError (exit 2) when a process writes into the run folder now. Touches nothing. */
export async function refuseRunInUse(dir: string): Promise<void> {
  const name = lockNameOf(dir);
  const holder = name === null ? null : await askHolder(name);
  if (holder !== null) throw inUse(dir, holder);
}

const NO_LOCK: NamedLock = { release: () => {} };

/** Null if no folder is. */
export function lockNameOf(dir: string): string | null {
  const found = lstatOf(dir);
  return found?.isDirectory() ? `run-${found.dev}-${found.ino}` : null;
}

function inUse(dir: string, holder: LockHolder | 'unknown'): ProfilerError {
  const who =
    holder === 'unknown' ? 'another process' : `process ${holder.pid}${holder.command && ` (${holder.command})`}`;
  return new ProfilerError(
    'run-in-use',
    EXIT.usage,
    `${dir} is being recorded by ${who}.`,
    'Wait until that has ended, or choose another folder.',
  );
}
