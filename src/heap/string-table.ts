export interface StringColumns {
  readonly bytes: Uint8Array;
  /** String i stands between the quotes bytes[quotes[2 i]] and bytes[quotes[2 i + 1]]. */
  readonly quotes: Uint32Array;
  readonly count: number;
}

/**
 * The strings of a snapshot, kept as the bytes of the file: only those that are shown are ever decoded.
 * V8 writes ASCII (everything else as \uXXXX), so bytes are characters until a backslash is met.
 */
export class StringTable {
  readonly count: number;
  private readonly bytes: Uint8Array;
  private readonly quotes: Uint32Array;
  private readonly decoder = new TextDecoder('latin1');
  private readonly cache = new Map<number, string>();

  constructor({ bytes, quotes, count }: StringColumns) {
    this.bytes = bytes;
    this.quotes = quotes;
    this.count = count;
  }

  /** What another thread needs to have the same table. */
  get columns(): StringColumns {
    return { bytes: this.bytes, quotes: this.quotes, count: this.count };
  }

  /** Empty if the file has no such string, which happens in damaged files only. */
  get(index: number): string {
    const cached = this.cache.get(index);
    if (cached !== undefined) return cached;
    const text = this.decode(index);
    if (this.cache.size < 50_000) this.cache.set(index, text);
    return text;
  }

  private decode(index: number): string {
    if (index >= this.count) return '';
    const raw = this.decoder.decode(this.bytes.slice(this.startOf(index), this.quotes[index * 2 + 1]!));
    if (!raw.includes('\\')) return raw;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      return raw;
    }
  }

  private startOf(index: number): number {
    return this.quotes[index * 2]! + 1;
  }

  /** Bytes in the file, escapes counted as written. */
  byteLength(index: number): number {
    return index >= this.count ? 0 : this.quotes[index * 2 + 1]! - this.startOf(index);
  }

  /** First byte, 0 for the empty string: a test that needs no decoding. */
  firstByte(index: number): number {
    return this.byteLength(index) === 0 ? 0 : this.bytes[this.startOf(index)]!;
  }

  /** Whether the string is `text`, which must be plain ASCII. */
  is(index: number, text: string): boolean {
    return this.byteLength(index) === text.length && this.startsWith(index, text);
  }

  startsWith(index: number, text: string): boolean {
    return this.has(index, 0, text);
  }

  /** How many digits the string begins with. */
  leadingDigits(index: number): number {
    if (index >= this.count) return 0;
    const start = this.startOf(index);
    let at = start;
    while (this.bytes[at]! >= 48 && this.bytes[at]! <= 57) at++;
    return at - start;
  }

  /** The digits that stand right before byte `end` of the string. */
  digitsBefore(index: number, end: number): string {
    const start = this.startOf(index);
    let text = '';
    for (let at = start + end - 1; at >= start && this.bytes[at]! >= 48 && this.bytes[at]! <= 57; at--) {
      text = String.fromCharCode(this.bytes[at]!) + text;
    }
    return text;
  }

  /** Whether `text` (plain ASCII) stands in the string from byte `from` on. */
  has(index: number, from: number, text: string): boolean {
    if (this.byteLength(index) < from + text.length) return false;
    const start = this.startOf(index) + from;
    for (let i = 0; i < text.length; i++) if (this.bytes[start + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Index of the string `text` (plain ASCII), or -1. V8 writes each string once. */
  indexOf(text: string): number {
    for (let index = 0; index < this.count; index++) if (this.is(index, text)) return index;
    return -1;
  }
}
