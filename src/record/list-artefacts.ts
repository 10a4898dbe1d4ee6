import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, storageError } from '../files/storage-error.ts';
import type { Bytes } from '../model/units.ts';
import { artefactKind } from './run-files.ts';

/** Folders whose files the verdict of a run rests on. Source maps only change names. */
const JUDGED_FOLDERS = ['cpu', 'heap', 'database'] as const;

/** The profiles, snapshots and database files of a run folder by their path in it, with their sizes. Throws a ProfilerError (exit 6). */
export async function listArtefacts(dir: string): Promise<ReadonlyMap<string, Bytes>> {
  const sizes = new Map<string, Bytes>();
  for (const folder of JUDGED_FOLDERS) {
    // A folder that is not there holds nothing. Links are left alone: a run folder may come from elsewhere.
    const entries = await readdir(join(dir, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return [];
      throw storageError('cannot read', join(dir, folder), error);
    });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`);
    for (const file of files.filter((one) => artefactKind(one) !== null).sort()) {
      const found = await stat(join(dir, file)).catch(() => null);
      if (found) sizes.set(file, found.size);
    }
  }
  return sizes;
}
