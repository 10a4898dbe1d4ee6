import { sizeOfFile } from '../files/regular-file.ts';
import type { OriginalNames } from '../model/original-names.ts';
import type { Bytes } from '../model/units.ts';
import { readOwnRoom } from './memory-room.ts';
import type { NameAnswer, NameRequest } from './name-worker.ts';
import { hasRoomToParse, WorkerDesk } from './worker-desk.ts';

/** A bundle of 20 MB takes some ten seconds on a busy machine. */
const DEADLINE_MS = 30_000;

/** Finds the original names of minified scripts: parsing takes long, and neither script nor map is trusted. */
export class NameReader {
  readonly #desk = new WorkerDesk<NameRequest, NameAnswer>(new URL('./name-worker.js', import.meta.url), DEADLINE_MS);

  readonly #roomBytes: () => Bytes;

  constructor(roomBytes: () => Bytes = readOwnRoom) {
    this.#roomBytes = roomBytes;
  }

  /** Null if there are none, or not enough memory to find them. `root`: of the target's files. */
  async read(path: string, root: string): Promise<OriginalNames | null> {
    const bytes = sizeOfFile(root + path) ?? 0;
    return hasRoomToParse(bytes, this.#roomBytes()) ? await this.#desk.ask({ path, root }) : null;
  }

  close(): Promise<void> {
    return this.#desk.close();
  }
}
