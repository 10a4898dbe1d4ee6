import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { lstatOf } from './output-place.ts';
import { rethrowFor } from './storage-error.ts';

/** Throws a ProfilerError (exit 6) where a file is not to be written to this path any more. */
export type RefusePath = (path: string) => void;

/** What was begun there and is given up is removed, but not where the path leads elsewhere by now. */
export function isRefused(refuse: RefusePath, path: string): boolean {
  try {
    refuse(path);
    return false;
  } catch {
    return true;
  }
}

/**
 * The folders that are written to over hours, by what they are: a path may lead elsewhere by then, to files of somebody
 * else. They are held open, so that their inodes are not given to others that are made in their place.
 */
export class KnownFolders {
  readonly #descriptors = new Map<string, number>();

  /** Throws a ProfilerError (exit 6) where it is no folder; a link to one is none. */
  add(path: string): void {
    try {
      const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
      this.#descriptors.set(path, openSync(path, flags));
    } catch (error) {
      rethrowFor(path)(error);
    }
  }

  /** Why nothing is to be written into this folder any more; null while it is the one that was added. */
  objection(folder: string): ProfilerError | null {
    const descriptor = this.#descriptors.get(folder);
    if (descriptor === undefined) return null;
    const [known, found] = [fstatSync(descriptor), lstatOf(folder)];
    if (found !== null && found.ino === known.ino && found.dev === known.dev) return null;
    return new ProfilerError(
      'folder-replaced',
      EXIT.storage,
      `${folder} was ${found === null ? 'moved or removed' : 'replaced'} during the recording: nothing more is written there`,
      'Earlier data is in the moved folder, if it still exists. Do not move or change the folder of a run before the run has ended.',
    );
  }

  readonly refuse: RefusePath = (path) => {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const objection = this.objection(folder);
      if (objection) throw objection;
      if (folder === dirname(folder)) return;
    }
  };

  release(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
    this.#descriptors.clear();
  }
}
