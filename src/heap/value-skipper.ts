const QUOTE = 34;
const BACKSLASH = 92;

/** Steps over one JSON value, whatever it holds; keeps its text up to a limit (the header is read that way). */
export class ValueSkipper {
  readonly name: string;
  ended = false;
  private readonly keep: number;
  private kept: number[] = [];
  private depth = 0;
  private inString = false;
  private escaped = false;
  private started = false;

  /** @param keep how many bytes of the value to keep */
  constructor(name: string, keep: number) {
    this.name = name;
    this.keep = keep;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const byte = bytes[at]!;
      // A bare number or word ends before what follows it.
      if (this.depth === 0 && this.started && !this.inString && (byte === 44 || byte === 125)) {
        this.ended = true;
        return at;
      }
      at++;
      if (this.kept.length < this.keep) this.kept.push(byte);
      this.take(byte);
      if (this.ended) break;
    }
    return at;
  }

  private take(byte: number): void {
    this.started = true;
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inString = false;
      return;
    }
    if (byte === QUOTE) this.inString = true;
    else if (byte === 91 || byte === 123) this.depth++;
    else if (byte === 93 || byte === 125) {
      this.depth--;
      if (this.depth === 0) this.ended = true;
    }
  }

  text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.kept));
  }
}
