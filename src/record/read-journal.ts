import { openRegularFile } from '../files/regular-file.ts';
import { errnoOf, storageError } from '../files/storage-error.ts';
import { createJournalDecoder } from '../format/journal.ts';
import { ShapeError } from '../format/shape.ts';
import type { JournalSeal } from '../model/run-manifest.ts';
import type { Bytes } from '../model/units.ts';
import { JournalLedger } from './journal-ledger.ts';

/** Something of a run that could not be read as it was written, or had to be made up for. */
export interface RunDamage {
  /** Relative to the run folder. */
  readonly file: string;
  /** One-based; null if the whole file is meant. */
  readonly line: number | null;
  readonly byteOffset: number | null;
  readonly reason: string;
}

/** A file of nothing but damage would otherwise be kept in memory as notes. */
const MAX_NOTES = 200;
/** A week of samples has half of it. A file may be of any size without taking room on its disk. */
const MOST_JOURNAL_BYTES: Bytes = 2 * 1024 ** 3;
/** Read behind the end that it had: an edited journal may be longer, and all of it is to be seen. */
const MOST_SURPLUS_BYTES: Bytes = 16 * 1024 * 1024;
const CHUNK_BYTES: Bytes = 1024 * 1024;

export interface ReadJournal<T> {
  readonly records: T[];
  readonly damage: RunDamage[];
  /** What its undamaged lines come to, to be compared with the seal of the run. */
  readonly seen: JournalSeal;
  /** By how much it is longer than it was when the run was closed. */
  readonly surplusBytes: Bytes;
}

/**
 * Reads every record of a journal that can be read, and tells the rest. `sealedBytes`: how long it was when the run was
 * closed; little behind that is read. Throws a ProfilerError (exit 6) when the disk refuses, never for the content's sake.
 */
export async function readJournal<T>(
  path: string,
  file: string,
  read: (record: object) => T,
  sealedBytes: Bytes | undefined = undefined,
): Promise<ReadJournal<T>> {
  const records: T[] = [];
  const damage: RunDamage[] = [];
  const ledger = new JournalLedger();
  let untold = 0;
  let size = 0;
  const limit = sealedBytes === undefined ? MOST_JOURNAL_BYTES : sealedBytes + MOST_SURPLUS_BYTES;
  const tell = (note: RunDamage): void => {
    if (damage.length < MAX_NOTES) damage.push(note);
    else untold += 1;
  };
  const decoder = createJournalDecoder({
    record: ({ record, checksum, line, byteOffset }) => {
      ledger.add(checksum);
      try {
        records.push(read(record));
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error;
        tell({ file, line, byteOffset, reason: error.message });
      }
    },
    damage: ({ line, byteOffset, reason }) => tell({ file, line, byteOffset, reason }),
  });
  try {
    const handle = await openRegularFile(path, { noLinks: true });
    size = (await handle.stat()).size;
    for await (const chunk of handle.createReadStream({ end: limit - 1, highWaterMark: CHUNK_BYTES }))
      decoder.push(chunk);
  } catch (error) {
    // What the disk holds but does not give is no damage: the same run may be read whole another time.
    if (errnoOf(error) !== 'ENOENT') throw storageError('cannot read', path, error);
    tell({ file, line: null, byteOffset: null, reason: 'missing' });
  }
  decoder.end();
  if (untold > 0) damage.push({ file, line: null, byteOffset: null, reason: `and ${untold} more damaged lines` });
  if (size > limit)
    damage.push({ file, line: null, byteOffset: limit, reason: `${size - limit} bytes from here on are left out` });
  return { records, damage, seen: ledger.seal, surplusBytes: Math.max(0, size - (sealedBytes ?? size)) };
}
