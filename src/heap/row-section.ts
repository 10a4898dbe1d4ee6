import { damaged } from './snapshot-error.ts';

/** The longest row that V8 writes is under 100 bytes; the fast loop keeps this distance from the end of a chunk. */
const MARGIN = 256;
const COMMA = 44;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const CLOSE = 93;

/**
 * One section of the file that is a flat array of numbers, `fields` to a row. Node 22 and older put a newline after
 * each row, later ones nothing: rows are known by counting numbers alone.
 *
 * A subclass parses whole rows in `fast`; here stands the careful way, byte by byte, for rows cut by a chunk's end.
 */
export abstract class RowSection {
  readonly name: string;
  protected readonly fields: number;
  /** Whole rows stored so far. */
  rows = 0;
  ended = false;
  private readonly row: number[];
  private field = 0;
  private digits = 0;
  private value = 0;

  constructor(name: string, fields: number) {
    this.name = name;
    this.fields = fields;
    this.row = new Array<number>(fields).fill(0);
  }

  /** Parses whole rows from `start` while before `limit`; returns where it stopped, always between two rows. */
  protected abstract fast(bytes: Uint8Array, start: number, limit: number, offset: number): number;
  /** Stores one row. */
  protected abstract store(row: readonly number[], offset: number): void;

  /** Reads bytes[start, end), which begin at byte `offset` of the file; returns how far it came. */
  read(bytes: Uint8Array, start: number, end: number, offset: number): number {
    let at = start;
    while (at < end && !this.ended) {
      const betweenRows = this.field === 0 && this.digits === 0;
      if (betweenRows && at < end - MARGIN) {
        const next = this.fast(bytes, at, end - MARGIN, offset - start);
        if (next > at) {
          at = next;
          continue;
        }
      }
      this.careful(bytes[at]!, offset + at - start);
      at++;
    }
    return at;
  }

  private careful(byte: number, offset: number): void {
    if (byte >= DIGIT_0 && byte <= DIGIT_9) {
      this.value = this.value * 10 + byte - DIGIT_0;
      this.digits++;
      return;
    }
    if (this.digits > 0) {
      this.row[this.field++] = this.value;
      this.value = 0;
      this.digits = 0;
      if (this.field === this.fields) {
        this.store(this.row, offset);
        this.field = 0;
      }
    }
    if (byte === CLOSE) {
      if (this.field !== 0) throw damaged(this.name, offset, 'the last row is not whole');
      this.ended = true;
    } else if (byte !== COMMA && byte > 32) {
      throw damaged(this.name, offset, 'a number was expected');
    }
  }
}

/**
 * Reads one row of plain numbers into `row`, as far as 32 bits (which wrap). Returns where it ends, or -1 where there is
 * no such row: the end of the section, damage, a number of more than ten digits. There must be room for a row behind `start`.
 */
export function readRow(bytes: Uint8Array, start: number, row: Int32Array, fields: number): number {
  let at = start;
  for (let field = 0; field < fields; field++) {
    let byte = bytes[at++]!;
    while (byte < 48) byte = bytes[at++]!;
    if (!(byte <= 57)) return -1;
    const first = at;
    let value = byte - 48;
    byte = bytes[at++]!;
    while (byte >= 48 && byte <= 57) {
      value = (Math.imul(value, 10) + byte - 48) | 0;
      byte = bytes[at++]!;
    }
    if (at - first > 10) return -1;
    at--;
    row[field] = value;
  }
  return at;
}
