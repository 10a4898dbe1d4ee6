import { damaged } from './snapshot-error.ts';
import type { StringColumns } from './string-table.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const CLOSE = 93;
const COMMA = 44;

/**
 * The section `strings`: the bytes between the quotes are copied one after the other, each with its closing quote
 * (which keeps string i at starts[i] .. starts[i + 1] - 1), nothing is decoded.
 */
export class StringSection {
  readonly name = 'strings';
  ended = false;
  count = 0;
  private bytes: Uint8Array;
  private starts: Uint32Array;
  private used = 0;
  private inString = false;
  private escaped = false;

  /** @param sizeHint bytes that the section has at most where the size of the file is known, else a guess */
  constructor(sizeHint: number) {
    this.bytes = new Uint8Array(new SharedArrayBuffer(Math.max(1024, sizeHint)));
    this.starts = new Uint32Array(new SharedArrayBuffer(4 << 16));
  }

  read(bytes: Uint8Array, start: number, end: number, offset: number): number {
    this.makeRoom(end - start);
    let at = start;
    while (at < end && !this.ended) {
      at = this.inString ? this.readString(bytes, at, end) : this.readBetween(bytes, at, offset + at - start);
    }
    return at;
  }

  private readString(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    let escaped = this.escaped;
    while (at < end) {
      const byte = bytes[at++]!;
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        this.inString = false;
        break;
      }
    }
    this.escaped = escaped;
    this.copy(bytes, start, at);
    if (!this.inString) {
      this.count++;
      if (this.count + 1 >= this.starts.length) this.starts = grown(this.starts, this.starts.length * 2);
      this.starts[this.count] = this.used;
    }
    return at;
  }

  private copy(bytes: Uint8Array, start: number, end: number): void {
    const target = this.bytes;
    let used = this.used;
    if (end - start > 64) {
      target.set(bytes.subarray(start, end), used);
      used += end - start;
    } else {
      for (let at = start; at < end; at++) target[used++] = bytes[at]!;
    }
    this.used = used;
  }

  private readBetween(bytes: Uint8Array, at: number, offset: number): number {
    const byte = bytes[at]!;
    if (byte === QUOTE) this.inString = true;
    else if (byte === CLOSE) this.ended = true;
    else if (byte !== COMMA && byte > 32) throw damaged(this.name, offset, 'a string was expected');
    return at + 1;
  }

  private makeRoom(more: number): void {
    if (this.used + more <= this.bytes.length) return;
    const larger = new Uint8Array(new SharedArrayBuffer(Math.max(this.bytes.length * 2, this.used + more)));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  take(): StringColumns {
    return { bytes: this.bytes, starts: this.starts, count: this.count };
  }
}

function grown(values: Uint32Array, length: number): Uint32Array {
  const larger = new Uint32Array(new SharedArrayBuffer(length * 4));
  larger.set(values);
  return larger;
}
