import { existsSync } from 'node:fs';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { storageError } from '../record/storage-error.ts';
import { writeAtomically } from '../record/write-atomically.ts';

/** Throws (exit 2) when the file is there already; to be asked before any work is done. */
export function refuseToOverwrite(path: string, force: boolean): void {
  if (force || !existsSync(path)) return;
  throw new ProfilerError('file-exists', EXIT.usage, `${path} exists already.`, 'Name another file, or add --force.');
}

/** Writes a result (0600: names and paths of a program are not for everybody). Throws a ProfilerError (exit 6). */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  await writeAtomically(path, content).catch((error: unknown) => {
    throw storageError('cannot write', path, error);
  });
}
