import { readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readRegularFileSync } from '../files/regular-file.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { artefactKind, FOLDERS, JOURNALS, MANIFEST } from './run-files.ts';

/** Throws a ProfilerError (exit 2) for a path that is, or would be read as, a file of a run. */
export function refuseRunFile(path: string): void {
  const folder = realPathOf(dirname(path));
  if (folder === null) return;
  const name = basename(path);
  const isMain = name === MANIFEST || (Object.values(JOURNALS) as string[]).includes(name);
  const isArtefact = artefactKind(`${basename(folder)}/${name}`) !== null;
  const run = isMain ? folder : isArtefact ? dirname(folder) : null;
  if (run === null || !holdsRun(run)) return;
  throw new ProfilerError(
    'file-of-run',
    EXIT.usage,
    `${path} is a file of the run ${run}.`,
    'Write the result to a file outside that run.',
  );
}

/** All files of a run folder that is read, whatever run.json says of them. */
export function filesOfRun(dir: string): string[] {
  const main = [MANIFEST, ...Object.values(JOURNALS)].map((name) => join(dir, name));
  const artefacts = FOLDERS.flatMap((folder) => namesIn(join(dir, folder)).map((name) => join(dir, folder, name)));
  return [...main, ...artefacts];
}

/** By what its run.json begins with, or where that is lost, by its journal of samples. */
function holdsRun(dir: string): boolean {
  try {
    return /"schema":\s*"profiler-run\//.test(readRegularFileSync(join(dir, MANIFEST)).toString('utf8'));
  } catch {
    return namesIn(dir).includes(JOURNALS.samples) && namesIn(dir).includes(JOURNALS.events);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
