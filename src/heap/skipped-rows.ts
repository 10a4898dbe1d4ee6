const CLOSE = 93;

/** A section of numbers that nobody wants: stepped over to the bracket that ends it. */
export class SkippedRows {
  readonly name: string;
  ended = false;

  constructor(name: string) {
    this.name = name;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const at = bytes.indexOf(CLOSE, start);
    if (at < 0 || at >= end) return end;
    this.ended = true;
    return at + 1;
  }
}
