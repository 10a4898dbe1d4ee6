import { lstatSync } from 'node:fs';
import { refuseTakenFile } from '../files/output-place.ts';
import { readRegularFileSync } from '../files/regular-file.ts';
import { writeAtomically } from '../files/write-atomically.ts';

/**
 * To be asked before any work is done. Throws: exit 2 when something is there, unless it is a file and `force` is said;
 * never one of `inputs`, which are read for the result. Exit 6 when the folder takes no file.
 */
export function refuseToOverwrite(path: string, force: boolean, inputs: readonly string[] = []): void {
  refuseTakenFile(path, { force, inputs });
}

/** For what a build writes each time under the same name: an earlier one, known by `mark`, is replaced; nothing else is. */
export function refuseForeignFile(path: string, mark: RegExp): void {
  refuseTakenFile(path, {
    force: false,
    isOurs: (file) => lstatSync(file).size === 0 || mark.test(readRegularFileSync(file).toString('utf8')),
  });
}

/** Writes a result (0600: names and paths of a program are not for everybody). Throws a ProfilerError (exit 6). */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  await writeAtomically(path, content);
}
