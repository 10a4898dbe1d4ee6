/** What scan.wasm exports. */
export interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  numbers(start: number, end: number, out: number): number;
  quotes(start: number, end: number, base: number, escaped: number, out: number): number;
}

/** Of a text that is scanned at once: what fits the second level cache with the numbers in it. */
const WINDOW_BYTES = 1 << 18;
/** The kernel looks up to 18 bytes before a number, and keeps results at address 0. */
const TEXT_AT = 64;
const VALUES_AT = TEXT_AT + WINDOW_BYTES;
/** Half of a text of single digits are numbers; besides, a row that began in the window before. */
const MOST_VALUES = WINDOW_BYTES / 2 + 64;

/** Finds numbers and quotes in the text of a snapshot, many bytes at once. Keeps nothing between two calls. */
export class TextScanner {
  /** For whoever reads a file: what is put here is scanned where it stands, anything else is copied here first. */
  readonly room: Uint8Array;
  /** What the last call found. */
  readonly values: Uint32Array;
  private readonly kernel: ScanExports;
  private readonly result: Uint32Array;

  constructor(kernel: ScanExports) {
    this.kernel = kernel;
    const { buffer } = kernel.memory;
    this.result = new Uint32Array(buffer, 0, 1);
    this.room = new Uint8Array(buffer, TEXT_AT, WINDOW_BYTES);
    this.values = new Uint32Array(buffer, VALUES_AT, MOST_VALUES);
  }

  /**
   * Puts the numbers of bytes[start, end) behind the first `keep` of `values`, as far as they are plain (no sign, at most
   * 32 bits) and no more than a window of them. `next` is between two numbers, or where something else begins that
   * somebody must look at byte by byte.
   */
  numbers(bytes: Uint8Array, start: number, end: number, keep: number): { count: number; next: number } {
    const stop = Math.min(end, start + WINDOW_BYTES);
    const at = this.place(bytes, start, stop);
    const next = this.kernel.numbers(at, at + stop - start, VALUES_AT + keep * 4);
    return { count: keep + this.result[0]!, next: start + next - at };
  }

  /**
   * Puts the places of all quotes that are not escaped into `values`, counted from `base` at bytes[start]; at most a
   * window of bytes.
   */
  quotes(
    bytes: Uint8Array,
    start: number,
    end: number,
    base: number,
    escaped: boolean,
  ): { count: number; next: number; escaped: boolean } {
    const next = Math.min(end, start + WINDOW_BYTES / 2);
    const at = this.place(bytes, start, next);
    const count = this.kernel.quotes(at, at + next - start, base, escaped ? 1 : 0, VALUES_AT);
    return { count, next, escaped: this.result[0] === 1 };
  }

  /** Where in the kernel's memory bytes[start, stop) stand. */
  private place(bytes: Uint8Array, start: number, stop: number): number {
    if (bytes.buffer === this.room.buffer) return bytes.byteOffset + start;
    this.room.set(bytes.subarray(start, stop));
    return TEXT_AT;
  }
}
