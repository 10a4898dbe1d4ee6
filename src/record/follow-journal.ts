import { openRegularFile } from '../files/regular-file.ts';
import { errnoOf } from '../files/storage-error.ts';
import { createJournalDecoder } from '../format/journal.ts';
import { ShapeError } from '../format/shape.ts';
import type { Bytes } from '../model/units.ts';

const CHUNK_BYTES: Bytes = 1024 * 1024;

/** Reads a journal while it is written: each time what was added since the last. Damaged lines are left out. */
export class FollowedJournal<Record> {
  readonly #path: string;
  readonly #found: Record[] = [];
  readonly #decoder: ReturnType<typeof createJournalDecoder>;
  #offset: Bytes = 0;

  constructor(path: string, read: (record: object) => Record) {
    this.#path = path;
    this.#decoder = createJournalDecoder({
      record: ({ record }) => {
        try {
          this.#found.push(read(record));
        } catch (error) {
          if (!(error instanceof ShapeError)) throw error;
        }
      },
      damage: () => undefined,
    });
  }

  /** Empty if nothing was added, or the file is not there yet. */
  async readNew(): Promise<Record[]> {
    const handle = await openRegularFile(this.#path, { noLinks: true }).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (!handle) return [];
    try {
      for await (const chunk of handle.createReadStream({ start: this.#offset, highWaterMark: CHUNK_BYTES })) {
        this.#offset += (chunk as Buffer).length;
        this.#decoder.push(chunk as Buffer);
      }
    } finally {
      await handle.close().catch(() => undefined);
    }
    return this.#found.splice(0);
  }
}
