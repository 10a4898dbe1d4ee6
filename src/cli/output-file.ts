import { lstatSync } from 'node:fs';
import type { WhenTaken } from '../files/name-beside.ts';
import { refuseTakenFile } from '../files/output-place.ts';
import { readRegularFileSync } from '../files/regular-file.ts';
import { type Content, type FileToWrite, writeAllAtomically } from '../files/write-atomically.ts';
import { refuseRunFile } from '../record/refuse-run-file.ts';

/**
 * To be asked before any work is done. Throws: exit 2 when something is there, unless it is a file and `force` is said;
 * never one of `inputs`, which are read for the result, nor a file of a run. Exit 6 when the folder takes no file.
 */
export function refuseToOverwrite(path: string, force: boolean, inputs: readonly string[] = []): void {
  refuseRunFile(path);
  refuseTakenFile(path, { force, inputs });
}

/**
 * For what a build writes each time under the same name: an earlier one, known by the whole of its text, is replaced;
 * nothing else is.
 */
export function refuseForeignFile(
  path: string,
  isOurs: (text: string) => boolean,
  inputs: readonly string[] = [],
): void {
  refuseRunFile(path);
  refuseTakenFile(path, { force: false, inputs, isOurs: (file) => isReplaceable(file, isOurs) });
}

/** As at the start: the file that exists when the result is ready may belong to someone else. */
export function whenForeign(path: string, isOurs: (text: string) => boolean): WhenTaken {
  try {
    return lstatSync(path).isFile() && isReplaceable(path, isOurs) ? 'replace' : 'beside';
  } catch {
    return 'beside';
  }
}

function isReplaceable(file: string, isOurs: (text: string) => boolean): boolean {
  return lstatSync(file).size === 0 || isOurs(readRegularFileSync(file).toString('utf8'));
}

export interface OutputOptions {
  readonly whenTaken: WhenTaken;
  readonly say: (text: string) => void;
}

/**
 * Writes a result (0600: names and paths of a program are not for everybody). Where its name was free at the start and is
 * taken by now, it gets the next free one, and that is said. Returns the path. Throws a ProfilerError (exit 6).
 */
export async function writeOutput(path: string, content: Content, options: OutputOptions): Promise<string> {
  const [written = path] = await writeOutputs([{ path, content }], options);
  return written;
}

/** The same of results that belong together: they get the same number. */
export async function writeOutputs(
  files: readonly FileToWrite[],
  { whenTaken, say }: OutputOptions,
): Promise<readonly string[]> {
  const written = await writeAllAtomically(files, whenTaken);
  for (const [at, { path }] of files.entries()) tellBeside(path, written[at] ?? path, say);
  return written;
}

export function tellBeside(path: string, written: string, say: (text: string) => void): void {
  if (written !== path)
    say(`${path} was made by another program meanwhile, and is left as it is: the result is ${written}`);
}
