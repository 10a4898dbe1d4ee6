const QUOTE = 34;
const BACKSLASH = 92;
const CLOSE = 93;

/**
 * Rewrites the bytes of the section `strings` as they pass, from after its opening bracket on: strings to remove
 * become `<string 36>`, their length, everything else and whatever follows the section is handed on as it is.
 */
export class StringRedactor {
  private readonly remove: Uint8Array;
  private index = 0;
  private inString = false;
  private escaped = false;
  private done = false;
  private length = 0;

  /** @param remove per string: 1 for those to remove */
  constructor(remove: Uint8Array) {
    this.remove = remove;
  }

  pass(bytes: Uint8Array): Uint8Array {
    if (this.done) return bytes;
    const out: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.done) out.push(byte);
      else if (this.inString) this.inside(byte, out);
      else {
        if (byte === QUOTE) this.inString = true;
        else if (byte === CLOSE) this.done = true;
        out.push(byte);
      }
    }
    return Uint8Array.from(out);
  }

  private inside(byte: number, out: number[]): void {
    const isRemoved = this.remove[this.index] === 1;
    if (byte === QUOTE && !this.escaped) {
      if (isRemoved) for (const char of `<string ${this.length}>`) out.push(char.charCodeAt(0));
      out.push(QUOTE);
      this.inString = false;
      this.index++;
      this.length = 0;
      return;
    }
    this.length++;
    if (!isRemoved) out.push(byte);
    this.escaped = byte === BACKSLASH && !this.escaped;
  }
}
