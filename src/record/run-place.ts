import { lstat, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lstatOf, refuseImpossibleFolder } from '../files/output-place.ts';
import { irregularity } from '../files/regular-file.ts';
import { errnoOf, rethrowFor, storageError } from '../files/storage-error.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { WallMs } from '../model/units.ts';
import { readManifest } from './read-manifest.ts';
import { artefactsOf, FOLDERS, isPlannedName, JOURNALS, MANIFEST } from './run-files.ts';
import { refuseRunInUse } from './run-lock.ts';

export type RunPlace = 'free' | 'earlier-run';

/**
 * Whether a run may be recorded into `dir`; changes nothing. Throws a ProfilerError: exit 2 when anything but an empty
 * folder is there (with `force`: anything but a run) or when a run is being recorded there, exit 6 when no folder can be
 * made.
 */
export async function checkRunPlace(dir: string, force: boolean): Promise<RunPlace> {
  const found = lstatOf(dir);
  if (found !== null && !found.isDirectory()) {
    throw taken(`${dir} is ${irregularity(found) ?? 'a file'}, not a folder.`, 'Choose another folder with --out.');
  }
  if (found === null) {
    refuseImpossibleFolder(dir);
    return 'free';
  }
  await refuseRunInUse(dir);
  const present = await readdir(dir).catch((error: unknown) => {
    throw storageError('cannot read', dir, error);
  });
  if (present.length === 0) {
    refuseImpossibleFolder(dir);
    return 'free';
  }
  const holds = `it holds ${present.slice(0, 3).join(', ')}${present.length > 3 ? ', …' : ''}`;
  if (!force)
    throw taken(
      `${dir} is not empty: ${holds}`,
      'Choose another folder with --out; --force replaces a run that this tool recorded, and nothing else.',
    );
  if (await isRun(dir)) {
    // It will get another name there.
    refuseImpossibleFolder(dirname(dir));
    return 'earlier-run';
  }
  throw taken(
    `${dir} is not empty: ${holds}. It is not replaced: its ${MANIFEST} does not say that it is a run of this tool.`,
    'Choose another folder with --out, or remove that one yourself.',
  );
}

/** Throws a ProfilerError (exit 2) when anything is in the folder. */
export async function refuseFilledFolder(dir: string): Promise<void> {
  const [first] = await readdir(dir).catch(rethrowFor(dir));
  if (first !== undefined) throw taken(`${dir} is not empty: it holds ${first}`, 'Choose another folder with --out.');
}

async function isRun(dir: string): Promise<boolean> {
  try {
    await readManifest(dir);
    return true;
  } catch (error) {
    // Of a later version: a run all the same.
    if (error instanceof ProfilerError && error.exitCode === EXIT.usage) return error.code === 'run-too-new';
    throw error;
  }
}

function taken(message: string, hint: string): ProfilerError {
  return new ProfilerError('run-folder-exists', EXIT.usage, message, hint);
}

/**
 * Gives a run folder another name, so that a new run can take its place; returns that name. Throws a ProfilerError (exit 6).
 */
export async function setAside(dir: string, nowMs: WallMs): Promise<string> {
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  for (let n = 1; ; n += 1) {
    const aside = `${dir}.replaced-${stamp}${n === 1 ? '' : `-${n}`}`;
    if (lstatOf(aside) !== null) continue;
    await rename(dir, aside).catch((error: unknown) => {
      throw storageError('cannot replace', dir, error);
    });
    return aside;
  }
}

/**
 * Removes what a run consists of: the files that its run.json names, the journals, and what of these was half written.
 * Then the folder, when nothing else is in it; false when something else is. No link is followed. Throws a ProfilerError
 * (exit 6).
 */
export async function removeRun(dir: string): Promise<boolean> {
  const named = await namedFiles(dir);
  try {
    for (const folder of FOLDERS) {
      const path = join(dir, folder);
      for (const name of await namesIn(path)) {
        const file = `${folder}/${name}`;
        const whole = wholeFile(file);
        const isOurs = named.has(whole) || (whole !== file && isPlannedName(whole));
        if (isOurs && !(await isFolder(join(path, name)))) await unlink(join(path, name));
      }
      await rmdir(path).catch(ifNotEmptyOrMissing);
    }
    const own: readonly string[] = [...Object.values(JOURNALS), MANIFEST];
    for (const name of await namesIn(dir)) {
      if (own.includes(wholeFile(name)) && !(await isFolder(join(dir, name)))) await unlink(join(dir, name));
    }
    await rmdir(dir).catch(ifNotEmptyOrMissing);
    return lstatOf(dir) === null;
  } catch (error) {
    throw storageError('cannot remove', dir, error);
  }
}

/** The artefacts that belong to a run by its run.json; none if that cannot be read. */
async function namedFiles(dir: string): Promise<ReadonlySet<string>> {
  const manifest = await readManifest(dir).catch(() => null);
  return new Set(manifest ? artefactsOf(manifest) : []);
}

/** Without what `partPaths` adds. */
function wholeFile(file: string): string {
  return file.replace(/(?:\.\d+)?\.part$/, '');
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path)).isDirectory();
}

/** Of a real folder; none if it is a link, or nothing. */
async function namesIn(folder: string): Promise<string[]> {
  return (await isFolder(folder).catch(() => false)) ? await readdir(folder) : [];
}

function ifNotEmptyOrMissing(error: unknown): void {
  if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(errnoOf(error))) throw error;
}
