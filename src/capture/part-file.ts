import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Bytes } from '../model/units.ts';

/** Where a capture is written while it comes in. */
export interface Sink {
  /** Synchronous: what is not taken at once would pile up inside the target. */
  write(text: string): void;
  /** Makes the file appear under its name; returns its size. */
  commit(): Bytes;
  /** Leaves nothing. Harmless after `commit`. */
  abandon(): void;
}

/** A file that is `<path>.part` until it is whole. Snapshots hold secrets: folder 0700, file 0600. */
export function openPartFile(path: string): Sink {
  const part = `${path}.part`;
  const descriptor = guard(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // A part left by a killed run may have any mode: 0600 counts for new files only.
    rmSync(part, { force: true });
    return openSync(part, 'wx', 0o600);
  });
  let isOpen = true;
  let sizeBytes = 0;
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
    },
    commit: () => {
      close();
      guard(path, () => renameSync(part, path));
      return sizeBytes;
    },
    abandon: () => {
      close();
      rmSync(part, { force: true });
    },
  };
}

function guard<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new ProfilerError(
      'capture-not-written',
      EXIT.storage,
      `cannot write ${path}: ${code}`,
      'Free some space, or choose another folder with --out.',
      { cause: error },
    );
  }
}
