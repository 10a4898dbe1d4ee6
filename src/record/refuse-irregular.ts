import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lstatOf } from '../files/output-place.ts';
import { irregularity } from '../files/regular-file.ts';
import { errnoOf, storageError } from '../files/storage-error.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { FOLDERS, JOURNALS, MANIFEST } from './run-files.ts';

/**
 * A run folder may come from elsewhere: what stands where its files belong must be regular files in real folders. A FIFO
 * would be waited for, a device has no end, and a link leads out of the folder. Throws a ProfilerError: exit 2 for these, and
 * when there is no such folder; exit 6 when the disk refuses. Nothing is opened.
 */
export async function refuseIrregularRun(dir: string): Promise<void> {
  const found = await stat(dir).catch(() => null);
  if (!found?.isDirectory()) {
    throw new ProfilerError(
      'run-not-found',
      EXIT.usage,
      `${dir}: no such run folder`,
      'Give the folder of a run: profiles/<run-id>, or the folder that --out named.',
    );
  }
  const wrong: string[] = [];
  for (const name of [MANIFEST, ...Object.values(JOURNALS)]) {
    const entry = lstatOf(join(dir, name));
    const kind = entry && irregularity(entry);
    if (kind !== null) wrong.push(`${name} is ${kind}`);
  }
  for (const folder of FOLDERS) {
    const entry = lstatOf(join(dir, folder));
    if (entry === null) continue;
    if (!entry.isDirectory()) wrong.push(`${folder} is ${irregularity(entry) ?? 'a file'}`);
    else
      for (const inside of await entriesOf(join(dir, folder))) {
        const kind = irregularity(inside);
        if (kind !== null && !inside.isDirectory()) wrong.push(`${folder}/${inside.name} is ${kind}`);
      }
  }
  if (wrong.length === 0) return;
  const more = wrong.length > 3 ? `, and ${wrong.length - 3} more` : '';
  throw new ProfilerError(
    'run-not-regular',
    EXIT.usage,
    `${dir} is not read: ${wrong.slice(0, 3).join(', ')}${more}.`,
    'A run folder may hold only regular files and real folders. Replace links by the files themselves, and remove everything else.',
  );
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageError('cannot read', folder, error);
  });
}
