import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space, or record to another disk with --out.',
  EDQUOT: 'The disk quota is used up: free some space, or record to another disk with --out.',
  EFBIG: 'The file has reached the size limit of this process (ulimit -f): raise it.',
  EMFILE: 'Too many files are open (ulimit -n): raise the limit.',
  EACCES: 'This user may not write there: change the owner of the folder, or choose another with --out.',
  EPERM: 'This user may not write there: change the owner of the folder, or choose another with --out.',
  EROFS: 'The file system is read-only: choose another folder with --out.',
  EIO: 'The disk reports an input/output error: look at the system log, and record to another disk with --out.',
  ETIMEDOUT: 'The disk does not answer: look at the system log and at what else writes to it. Samples wait in memory.',
  ENOENT: 'The folder is gone: do not remove a run folder while it is being written.',
};

/** The errno name of a failed system call (`ENOSPC`), or the class of whatever else was thrown. */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** What a user is told of a file that could not be written or read: file, errno, and what to do (exit 6). */
export function storageError(action: string, file: string, cause: unknown): ProfilerError {
  const errno = errnoOf(cause);
  const hint = WHAT_TO_DO[errno] ?? 'Check the disk and the permissions of the folder.';
  return new ProfilerError('storage', EXIT.storage, `${action} ${file}: ${errno}`, hint, { cause });
}
