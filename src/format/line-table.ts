import type { ScriptPosition } from '../model/original-names.ts';

/** Offsets of a text as lines and columns. */
export class LineTable {
  readonly #text: string;
  readonly #starts: readonly number[];
  #lines: readonly string[] | null = null;

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  get lines(): readonly string[] {
    this.#lines ??= this.#text.split('\n');
    return this.#lines;
  }

  positionOf(offset: number): ScriptPosition {
    let low = 0;
    let high = this.#starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= Math.min(offset, this.#text.length)) low = middle;
      else high = middle;
    }
    return { line0: low, column0: offset - this.#starts[low]! };
  }
}
