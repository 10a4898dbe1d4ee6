import type { TextScanner } from './kernel/text-scanner.ts';
import { damaged } from './snapshot-error.ts';

const COMMA = 44;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const CLOSE = 93;
/** After something that is not a plain number so many bytes are read one by one: the scanner works on blocks of 64. */
const CAREFUL_BYTES = 192;
/** What the scanner is given at once: more each time, so that a text that stops it again and again costs little. */
const FIRST_WINDOW = 1 << 12;
const LARGEST_WINDOW = 1 << 18;

/**
 * One section of the file that is a flat array of numbers, `fields` to a row. Node 22 and older put a newline after
 * each row, later ones nothing: rows are known by counting numbers alone.
 *
 * The scanner finds the numbers, a subclass takes whole rows of them in `takeRows`; here stands the careful way too, byte
 * by byte, for what is not plain: the end of the section, damage, sizes of more than 32 bits, the end of a chunk.
 */
export abstract class RowSection {
  readonly name: string;
  protected readonly fields: number;
  /** Whole rows stored so far. */
  rows = 0;
  ended = false;
  private readonly scanner: TextScanner;
  private readonly row: number[];
  private field = 0;
  private digits = 0;
  private value = 0;
  private window = FIRST_WINDOW;
  /** Byte of the file up to which the scanner is not asked. */
  private carefulUntil = 0;

  constructor(name: string, fields: number, scanner: TextScanner) {
    this.name = name;
    this.fields = fields;
    this.scanner = scanner;
    this.row = new Array<number>(fields).fill(0);
  }

  get isBetweenRows(): boolean {
    return this.field === 0 && this.digits === 0;
  }

  /** Stores rows, of `fields` numbers each, in order; returns how many, fewer where one must be looked at by `store`. */
  protected abstract takeRows(numbers: Uint32Array, rows: number): number;
  /** Stores one row, or throws a ProfilerError. */
  protected abstract store(row: readonly number[], offset: number): void;

  /** Reads bytes[start, end), which begin at byte `offset` of the file; returns how far it came. */
  read(bytes: Uint8Array, start: number, end: number, offset: number): number {
    let at = start;
    while (at < end && !this.ended) {
      const here = offset + at - start;
      if (this.digits === 0 && here >= this.carefulUntil && end - at > CAREFUL_BYTES) {
        at = this.scan(bytes, at, end, here);
        continue;
      }
      this.careful(bytes[at]!, here);
      at++;
    }
    return at;
  }

  /** Begins between two numbers; ends between two numbers. */
  private scan(bytes: Uint8Array, start: number, end: number, offset: number): number {
    const { scanner, fields, row } = this;
    const before = this.field;
    for (let field = 0; field < before; field++) scanner.values[field] = row[field]!;
    const stop = Math.min(end, start + this.window);
    const { count, next } = scanner.numbers(bytes, start, stop, before);
    const rows = Math.floor(count / fields);
    const taken = this.takeRows(scanner.values, rows);
    if (taken === rows && next > stop - CAREFUL_BYTES) this.window = Math.min(LARGEST_WINDOW, this.window * 2);
    else {
      this.window = FIRST_WINDOW;
      this.carefulUntil = offset + next - start + CAREFUL_BYTES;
    }
    if (taken === rows) {
      this.field = count - rows * fields;
      for (let field = 0; field < this.field; field++) row[field] = scanner.values[rows * fields + field]!;
      return next;
    }
    // The row that was not taken is read again, so that an error can name its byte.
    if (taken > 0) this.field = 0;
    const at = taken === 0 ? start : behindNumbers(bytes, start, taken * fields - before);
    this.carefulUntil = offset + at - start + CAREFUL_BYTES;
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

/** Where the text goes on behind so many numbers. */
function behindNumbers(bytes: Uint8Array, start: number, count: number): number {
  let at = start;
  for (let left = count; left > 0; left--) {
    while (!isDigit(bytes[at]!)) at++;
    while (isDigit(bytes[at]!)) at++;
  }
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}
