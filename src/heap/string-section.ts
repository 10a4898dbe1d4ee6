import type { TextScanner } from './kernel/text-scanner.ts';
import { damaged } from './snapshot-error.ts';
import type { StringColumns } from './string-table.ts';

const CLOSE = 93;
const COMMA = 44;

/** The section `strings`: its bytes as they are, and where in them the quotes stand. Nothing is decoded. */
export class StringSection {
  readonly name = 'strings';
  ended = false;
  private readonly scanner: TextScanner;
  private bytes: Uint8Array;
  private used = 0;
  /** Of string i: the quote before it at 2 i, the one behind it at 2 i + 1. */
  private quotes: Uint32Array = new Uint32Array(new SharedArrayBuffer(4 << 16));
  private quoteCount = 0;
  private isEscaped = false;

  /** @param sizeHint bytes that the section has at most where the size of the file is known, else a guess */
  constructor(sizeHint: number, scanner: TextScanner) {
    this.scanner = scanner;
    this.bytes = new Uint8Array(new SharedArrayBuffer(Math.max(1024, sizeHint)));
  }

  get count(): number {
    return this.quoteCount >> 1;
  }

  /** Reads bytes[start, end), which begin at byte `offset` of the file; returns how far it came. */
  read(bytes: Uint8Array, start: number, end: number, offset: number): number {
    let at = start;
    while (at < end && !this.ended) at = this.readWindow(bytes, at, end, offset + at - start);
    return at;
  }

  private readWindow(bytes: Uint8Array, start: number, end: number, offset: number): number {
    const base = this.used;
    const { count, next, escaped } = this.scanner.quotes(bytes, start, end, base, this.isEscaped);
    const { values } = this.scanner;
    this.isEscaped = escaped;
    this.makeRoom(next - start, count);
    this.bytes.set(bytes.subarray(start, next), base);
    // Between two strings stands a comma, and a newline up to Node 22; the section ends at a bracket there.
    let from = base;
    let isInside = (this.quoteCount & 1) === 1;
    for (let index = 0; index < count; index++) {
      const quote = values[index]!;
      if (!isInside && this.endsWithin(from, quote, offset - base)) return start + this.used - base;
      this.quotes[this.quoteCount++] = quote;
      isInside = !isInside;
      from = quote + 1;
    }
    const used = base + next - start;
    if (!isInside && this.endsWithin(from, used, offset - base)) return start + this.used - base;
    this.used = used;
    return next;
  }

  /** Whether the section ends in the bytes [from, to) between two strings. @param shift from those places to bytes of the file */
  private endsWithin(from: number, to: number, shift: number): boolean {
    for (let at = from; at < to; at++) {
      const byte = this.bytes[at]!;
      if (byte === COMMA || byte <= 32) continue;
      if (byte !== CLOSE) throw damaged(this.name, at + shift, 'a string was expected');
      this.ended = true;
      this.used = at + 1;
      return true;
    }
    return false;
  }

  private makeRoom(more: number, quotes: number): void {
    if (this.used + more > this.bytes.length) {
      const larger = new Uint8Array(new SharedArrayBuffer(Math.max(this.bytes.length * 2, this.used + more)));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    if (this.quoteCount + quotes > this.quotes.length) {
      const larger = new Uint32Array(
        new SharedArrayBuffer(4 * Math.max(this.quotes.length * 2, this.quoteCount + quotes)),
      );
      larger.set(this.quotes);
      this.quotes = larger;
    }
  }

  take(): StringColumns {
    return { bytes: this.bytes, quotes: this.quotes, count: this.count };
  }
}
