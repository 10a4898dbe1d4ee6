import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';

const NOT_ALLOWED =
  'This user may not write there: change the owner of the folder, or choose another place with --out.';

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space, or choose another disk with --out.',
  EDQUOT: 'The disk quota is used up: free some space, or choose another disk with --out.',
  EFBIG: 'The file has reached the size limit of this process (ulimit -f): raise it.',
  EMFILE: 'This process may not open more files: raise the limit (ulimit -n 1024) and start again.',
  ENFILE: 'This host may not open more files: close some, or raise fs.file-max.',
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: 'The file system is read-only: choose another place with --out.',
  EIO: 'The disk reports an input/output error: look at the system log, and choose another disk with --out.',
  ETIMEDOUT: 'The disk does not answer: look at the system log and at what else writes to it. Samples wait in memory.',
  ENOENT:
    'A folder of that path is missing or was removed, or this file system does not allow files: choose another place with --out.',
  ENOTDIR: 'A part of that path is a file, not a folder: choose another place with --out.',
  EISDIR: 'There is a folder of that name: choose another name with --out.',
  EBUSY: 'It is in use, perhaps as a mount point: choose a folder inside of it with --out.',
  ELOOP: 'It is a symbolic link, and those are not followed: name the file itself.',
  ENAMETOOLONG: 'The name is longer than the file system allows: choose a shorter one with --out.',
};

/** The tool opens its modules all at once. */
const ENOUGH_FILES = 256;
/** What the system says of files, memory for them and their disks; anything else is a defect of ours. */
const OF_FILES = new Set(Object.keys(WHAT_TO_DO).filter((errno) => errno !== 'ETIMEDOUT'));

/** The errno name of a failed system call (`ENOSPC`), or the class of whatever else was thrown. */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.name;
  // Node does not know all of them (EDQUOT is `Unknown system error -122`); the system does.
  const isName = /^[A-Z][A-Z0-9_]*$/.test(code);
  return (isName ? code : Object.entries(constants.errno).find(([, value]) => value === -(errno ?? 0))?.[0]) ?? code;
}

/**
 * What a user is told of a file that could not be written or read: file, errno, and what to do (exit 6). A cause that is a
 * ProfilerError says it already, of the file that is really meant.
 */
export function storageError(action: string, file: string, cause: unknown): ProfilerError {
  if (cause instanceof ProfilerError) return cause;
  const errno = errnoOf(cause);
  const hint = WHAT_TO_DO[errno] ?? 'Check the disk and the permissions of the folder.';
  return new ProfilerError('storage', EXIT.storage, `${action} ${file}: ${errno}`, hint, { cause });
}

/** What the disk refused is no fault of the content, and is not to be passed over as one. */
export function rethrowStorage(error: unknown): void {
  if (error instanceof ProfilerError && error.exitCode === EXIT.storage) throw error;
}

/**
 * What kept the tool from being loaded. Where too few files may be open, Node says of some modules that they are not there.
 * Null for anything else.
 */
export function loadErrorOf(error: unknown): ProfilerError | null {
  const isMissing = errnoOf(error) === 'ERR_MODULE_NOT_FOUND';
  const limit = Number(/^Max open files +(\d+)/m.exec(limitsOfProcess())?.[1] ?? Number.POSITIVE_INFINITY);
  if (!isMissing || limit >= ENOUGH_FILES) return fileErrorOf(error);
  return storageError('open', 'the modules of the tool', Object.assign(new Error(), { code: 'EMFILE' }));
}

function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

/** To pass to `catch`: tells of `path` what its disk said. */
export function rethrowFor(path: string): (error: unknown) => never {
  return (error) => {
    throw storageError('cannot write', path, error);
  };
}

/**
 * A failed call on a file, or on its descriptor, that nobody caught where it happened: what the system refused is not a
 * defect of the tool. Null for any other error.
 */
export function fileErrorOf(error: unknown): ProfilerError | null {
  const errno = errnoOf(error);
  if (!(error instanceof Error) || !OF_FILES.has(errno)) return null;
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (syscall === undefined && errno !== 'EMFILE') return null;
  return storageError(syscall ?? 'open', path ?? 'a file', error);
}
