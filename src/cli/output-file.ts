import { lstatSync } from 'node:fs';
import { refuseTakenFile } from '../files/output-place.ts';
import { readRegularFileSync } from '../files/regular-file.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { refuseRunFile } from '../record/refuse-run-file.ts';

/**
 * To be asked before any work is done. Throws: exit 2 when something is there, unless it is a file and `force` is said;
 * never one of `inputs`, which are read for the result, nor a file of a run. Exit 6 when the folder takes no file.
 */
export function refuseToOverwrite(path: string, force: boolean, inputs: readonly string[] = []): void {
  refuseRunFile(path);
  refuseTakenFile(path, { force, inputs });
}

/** For what a build writes each time under the same name: an earlier one, known by the whole of its text, is replaced; nothing else is. */
export function refuseForeignFile(
  path: string,
  isOurs: (text: string) => boolean,
  inputs: readonly string[] = [],
): void {
  refuseRunFile(path);
  refuseTakenFile(path, {
    force: false,
    inputs,
    isOurs: (file) => lstatSync(file).size === 0 || isOurs(readRegularFileSync(file).toString('utf8')),
  });
}

/** Writes a result (0600: names and paths of a program are not for everybody). Throws a ProfilerError (exit 6). */
export async function writeOutput(path: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  await writeAtomically(path, content);
}
