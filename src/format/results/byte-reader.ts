import type { ResultReader, ResultSink } from './load-result.ts';

/** Reads the values of one record, in order. */
export interface Cursor {
  readonly uint8: () => number;
  readonly int32: () => number;
  /** An int64 that a double can hold. */
  readonly int64: () => number;
  /** An int32 that says how much follows. */
  readonly length: () => number;
  readonly bytes: (count: number) => Uint8Array;
  readonly skip: (count: number) => void;
  /** The file is not what it seemed; nothing of it is read any further. */
  readonly fail: (reason: string) => never;
}

const LONGEST_PART = 16 * 1024 * 1024;

/** What is left of a record is not there yet. */
class MoreBytes extends Error {}
class Damaged extends Error {}

/**
 * Reads records of unknown length from pieces of a file. `readRecord` takes one record; where the bytes at hand end inside
 * of it, it is called again, from the start of the record, when more have come: what it does must bear that, which holds
 * where it reads all before it tells anything.
 */
export function byteReader(readRecord: (cursor: Cursor) => void, sink: ResultSink): ResultReader {
  let bytes: Uint8Array = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  let at = 0;
  let isDamaged = false;
  const need = (count: number): number => {
    const from = at;
    if (from + count > bytes.length) throw new MoreBytes();
    at = from + count;
    return from;
  };
  const cursor: Cursor = {
    uint8: () => view.getUint8(need(1)),
    int32: () => view.getInt32(need(4)),
    int64: () => Number(view.getBigInt64(need(8))),
    length: () => {
      const length = view.getInt32(need(4));
      return length >= 0 && length <= LONGEST_PART ? length : cursor.fail(`a part of ${length} bytes`);
    },
    bytes: (count) => {
      const from = need(count);
      return bytes.subarray(from, from + count);
    },
    skip: (count) => void need(count),
    fail: (reason) => {
      throw new Damaged(reason);
    },
  };
  return {
    push(piece) {
      if (isDamaged) return;
      bytes = joined(bytes.subarray(at), piece);
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      at = 0;
      while (at < bytes.length) {
        const start = at;
        try {
          readRecord(cursor);
        } catch (error) {
          at = start;
          if (error instanceof MoreBytes) return;
          if (!(error instanceof Damaged)) throw error;
          isDamaged = true;
          sink.lost(`${error.message}; the rest of the file was left out`);
          return;
        }
      }
    },
    end() {
      if (!isDamaged && at < bytes.length) sink.lost('the last record is cut off');
    },
  };
}

function joined(rest: Uint8Array, piece: Uint8Array): Uint8Array {
  if (rest.length === 0) return piece;
  const all = new Uint8Array(rest.length + piece.length);
  all.set(rest);
  all.set(piece, rest.length);
  return all;
}
