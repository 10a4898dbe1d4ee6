import { lstatSync, mkdirSync, mkdtempSync, rmdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { irregularity } from './regular-file.ts';
import { storageError } from './storage-error.ts';

export interface TakenOptions {
  readonly force: boolean;
  /** Files that are read for it: none of them may be written over, by whatever name. */
  readonly inputs?: readonly string[];
  /** Whether what is there was written by this command before: then it may be replaced without `force`. */
  readonly isOurs?: (path: string) => boolean;
}

/**
 * Whether a result may be written to `path`, to be asked before any work is done. Throws a ProfilerError: exit 2 when
 * something is there that is not to be replaced (a file without `force`; an input, a folder, a link or a device with it
 * too), exit 6 when its folder takes no file.
 */
export function refuseTakenFile(path: string, { force, inputs = [], isOurs = () => false }: TakenOptions): void {
  const found = lstatOf(path);
  if (found === null) {
    refuseClosedFolder(dirname(path));
    return;
  }
  const kind = irregularity(found);
  if (kind !== null) throw taken(`${path} is ${kind}, not a regular file.`, 'Name another file.');
  const input = inputs.find((one) => isSameFile(one, found));
  if (input !== undefined)
    throw taken(`${path} is the file that is read (${input}).`, 'Name another file for the result.');
  if (!force && !isOurs(path)) throw taken(`${path} exists already.`, 'Name another file, or add --force.');
  refuseClosedFolder(dirname(path));
}

function taken(message: string, hint: string): ProfilerError {
  return new ProfilerError('file-exists', EXIT.usage, message, hint);
}

/** What stands at a path, a link as such; null if nothing is. Throws a ProfilerError (exit 6). */
export function lstatOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw storageError('cannot write', path, error);
  }
}

/** The same inode: by a link of either kind, too. */
function isSameFile(input: string, found: Stats): boolean {
  const other = statSync(input, { throwIfNoEntry: false });
  return other !== undefined && other.ino === found.ino && other.dev === found.dev;
}

function refuseClosedFolder(folder: string): void {
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(folder), { code: 'ENOTDIR' });
    // Tried, not asked: permissions do not say that /proc takes nothing, nor that a quota is used up.
    rmdirSync(mkdtempSync(join(folder, '.profiler-')));
  } catch (error) {
    throw storageError('cannot write into', folder, error);
  }
}

/**
 * Makes a folder (0700) and those above it, one at a time: `mkdir` with `recursive` tries for ever where a file
 * system has no folders to make, such as /proc. False when it was there already. Throws a ProfilerError (exit 6).
 */
export function makeFolders(path: string): boolean {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
    const above = dirname(path);
    if (above !== path) makeFolders(above);
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    // Somebody else may have made it in between.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory())
      return false;
    throw storageError('cannot create', path, error);
  }
}

/** Whether `makeFolders` would have a place to begin. Throws a ProfilerError (exit 6); leaves nothing. */
export function refuseImpossibleFolder(path: string): void {
  for (let above = path; ; above = dirname(above)) {
    const found = lstatOf(above);
    if (found !== null || above === dirname(above)) {
      refuseClosedFolder(above);
      return;
    }
  }
}
