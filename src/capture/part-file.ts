import { closeSync, fdatasyncSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { addToChecksum } from '../files/checksum.ts';
import { isRefused, type RefusePath } from '../files/known-folders.ts';
import { nameBeside, type WhenTaken } from '../files/name-beside.ts';
import { makeFolders } from '../files/output-place.ts';
import { removeOnEnd } from '../files/remove-on-end.ts';
import { storageError } from '../files/storage-error.ts';
import { createPart } from '../files/write-atomically.ts';
import { hex } from '../format/crc32.ts';
import type { Bytes } from '../model/units.ts';

/** What came onto the disk. `checksum`: CRC-32 of it. */
export interface WrittenFile {
  /** Where it is by now. */
  readonly path: string;
  readonly bytes: Bytes;
  readonly checksum: string;
}

/** Where a capture is written while it comes in. */
export interface Sink {
  /** Synchronous: what is not taken at once would pile up inside the target. */
  write(text: string): void;
  /** Makes the file appear under its name, which is another where that one is not to be replaced and is taken by now. */
  commit(): WrittenFile;
  /** Leaves nothing. Harmless after `commit`. */
  abandon(): void;
}

/**
 * A file that has a `.part` name until it is whole and on the disk. Snapshots hold secrets: folder 0700, file 0600. Throws a
 * ProfilerError (exit 6). `refuse` is asked before it is made and again before it gets its name.
 */
export function openPartFile(path: string, whenTaken: WhenTaken = 'replace', refuse: RefusePath = () => {}): Sink {
  refuse(path);
  makeFolders(dirname(path));
  const { part, descriptor } = guard(path, () => createPart(path));
  let isOpen = true;
  let sizeBytes = 0;
  let checksum = 0;
  const remove = (): void => {
    if (!isRefused(refuse, path)) rmSync(part, { force: true });
  };
  const keep = removeOnEnd(remove);
  const close = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    write: (text) => {
      const bytes = Buffer.from(text, 'utf8');
      for (let at = 0; at < bytes.length; ) {
        const written = guard(path, () => writeSync(descriptor, bytes, at));
        at += written;
      }
      sizeBytes += bytes.length;
      checksum = addToChecksum(checksum, bytes);
    },
    commit: () =>
      guard(path, () => {
        fdatasyncSync(descriptor);
        close();
        refuse(path);
        const written = whenTaken === 'beside' ? nameBeside([{ part, path }])[0] : path;
        if (whenTaken === 'replace') renameSync(part, path);
        keep();
        return { path: written ?? path, bytes: sizeBytes, checksum: hex(checksum) };
      }),
    abandon: () => {
      keep();
      close();
      remove();
    },
  };
}

function guard<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storageError('cannot write', path, error);
  }
}
