import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { storageError } from '../files/storage-error.ts';
import { type ClinicWindowFile, parseClinicWindow } from '../format/clinic/clinic-files.ts';
import { ProfilerError } from '../model/errors.ts';
import type { ClinicWindowRecord } from '../model/run-manifest.ts';

/** More than two minutes take. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** Throws a ProfilerError: `clinic-window-invalid` (exit 2) or `storage` (exit 6). */
export async function readClinicWindow(dir: string, { file }: ClinicWindowRecord): Promise<ClinicWindowFile> {
  const path = join(dir, file);
  const bytes = await readRegularFile(path, { noLinks: true, maxBytes: LARGEST_BYTES }).catch((error: unknown) => {
    throw error instanceof ProfilerError ? error : storageError('cannot read', path, error);
  });
  return parseClinicWindow(bytes, file);
}
