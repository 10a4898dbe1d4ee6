import { closeSync, linkSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from './storage-error.ts';

/** What to do with a file that lies under the name of a result by now. */
export type WhenTaken = 'replace' | 'beside';

/** A file that is whole, and the name that it should get. */
export interface FinishedPart {
  readonly part: string;
  readonly path: string;
}

const MOST_NAMES = 1_000;
/** What file systems without hard links answer. */
const NO_LINKS = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EACCES'];

/**
 * Gives files that belong together their names, and replaces nothing: where one of the names is taken, even since a moment
 * ago, all of them get the next number (`busy-2.cpuprofile`, `busy-2.html`). Returns the names. What the system refuses is
 * thrown as it comes; the parts are there still then.
 */
export function nameBeside(parts: readonly FinishedPart[]): string[] {
  let taken: unknown;
  for (let n = 1; n <= MOST_NAMES; n += 1) {
    const undo: (() => void)[] = [];
    try {
      const names = parts.map(({ part, path }) => {
        const name = numbered(path, n);
        undo.push(takeName(part, name));
        return name;
      });
      for (const { part } of parts) removeName(part);
      return names;
    } catch (error) {
      for (const one of undo) one();
      if (errnoOf(error) !== 'EEXIST') throw error;
      taken = error;
    }
  }
  throw taken;
}

/** Throws EEXIST when anything has that name. Returns how to give it back. */
function takeName(part: string, name: string): () => void {
  try {
    linkSync(part, name);
    return () => unlinkSync(name);
  } catch (error) {
    if (!NO_LINKS.includes(errnoOf(error))) throw error;
    // The name is taken by an empty file of ours first, and that is what the rename replaces.
    closeSync(openSync(name, 'wx', 0o600));
    renameSync(part, name);
    return () => renameSync(name, part);
  }
}

function removeName(part: string): void {
  try {
    unlinkSync(part);
  } catch (error) {
    // Renamed already.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Before the extension, and one of a compressed file belongs to it. */
function numbered(path: string, n: number): string {
  if (n === 1) return path;
  const name = basename(path);
  const extension = /^.+?((?:\.[a-z]\w*)?(?:\.(?:gz|br))?)$/i.exec(name)?.[1] ?? '';
  return join(dirname(path), `${name.slice(0, name.length - extension.length)}-${n}${extension}`);
}
