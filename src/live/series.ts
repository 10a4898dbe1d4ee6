/** How many values are kept. A wide terminal shows no more. */
const MOST_VALUES = 240;

/**
 * A series of hours in bounded memory: where it is full, two neighbours become one, and each later value stands for twice
 * as many samples. What was not measured is kept as NaN, so that all series of one view have the same axis of time.
 */
export class Series {
  #values: number[] = [];
  #perValue = 1;
  #pending: number[] = [];

  add(value: number | null | undefined): void {
    this.#pending.push(value ?? Number.NaN);
    if (this.#pending.length < this.#perValue) return;
    this.#values.push(meanOf(this.#pending));
    this.#pending = [];
    if (this.#values.length < MOST_VALUES) return;
    this.#values = Array.from({ length: MOST_VALUES / 2 }, (_, at) => meanOf(this.#values.slice(2 * at, 2 * at + 2)));
    this.#perValue *= 2;
  }

  /** Oldest first. */
  get values(): readonly number[] {
    return this.#values;
  }
}

const BLOCKS = '▁▂▃▄▅▆▇█';
const PLAIN = '_.-=+*#@';

/**
 * A series as one line of at most so many characters, oldest first; blank where nothing was measured. The scale begins at
 * zero: what is flat looks flat, however little it trembles.
 */
export function sparkline(values: readonly number[], width: number, isUnicode: boolean): string {
  if (width <= 0) return '';
  const glyphs = isUnicode ? BLOCKS : PLAIN;
  const cells = toCells(values, width);
  const most = cells.filter((value) => !Number.isNaN(value)).reduce((largest, value) => Math.max(largest, value), 0);
  const glyph = (value: number): string => {
    if (Number.isNaN(value)) return ' ';
    const step = most <= 0 ? 0 : Math.floor((value / most) * glyphs.length);
    return glyphs[Math.min(glyphs.length - 1, Math.max(0, step))] ?? ' ';
  };
  return cells.map(glyph).join('');
}

/** The mean of the values that fall into a cell; where there are fewer values than cells, a cell each. */
function toCells(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, cell) => {
    const from = Math.floor((cell * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((cell + 1) * values.length) / width));
    return meanOf(values.slice(from, to));
  });
}

function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => Number.isFinite(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}
