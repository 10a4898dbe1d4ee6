import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { errnoOf, rethrowStorage, storageError } from '../files/storage-error.ts';
import { parseCodeOfRun } from '../format/code-file.ts';
import { jsonBomb } from '../format/json-memory.ts';
import { ProfilerError } from '../model/errors.ts';
import type { CodeOfRun } from '../model/script-code.ts';
import type { Run } from './read-run.ts';
import { artefactKind } from './run-files.ts';

/** More than any that was written here. */
const LARGEST_BYTES = 192 * 1024 * 1024;

/** What the scripts of a run do with what they hold; empty if it kept nothing of them. Throws a ProfilerError (exit 6). */
export async function readCodeOfRun(
  { dir, manifest }: Pick<Run, 'dir' | 'manifest'>,
  note: (text: string) => void,
): Promise<CodeOfRun | null> {
  const file = manifest.code?.file;
  if (file === undefined || artefactKind(file) !== 'code') return null;
  const path = join(dir, file);
  try {
    const bytes = await readRegularFile(path, { noLinks: true, maxBytes: LARGEST_BYTES }).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') throw new Error('it is missing');
      throw error instanceof ProfilerError ? error : storageError('cannot read', path, error);
    });
    const bomb = jsonBomb(bytes);
    if (bomb !== null) throw new Error(bomb);
    return parseCodeOfRun(bytes.toString('utf8'));
  } catch (error) {
    rethrowStorage(error);
    note(`${file} was left out: ${(error as Error).message}`);
    return null;
  }
}
