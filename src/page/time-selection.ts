import type { TimeRange } from './flame-choices.ts';

/** The part of the run that the reader drew a frame around in a chart; null is the whole run. */
export class TimeSelection {
  #range: TimeRange | null = null;
  readonly #listeners: ((range: TimeRange | null) => void)[] = [];

  get range(): TimeRange | null {
    return this.#range;
  }

  /**
   * All charts of a page zoom together, and each reports its zoom. A selection that is already current is not reported
   * again.
   */
  select(range: TimeRange | null): void {
    if (range?.startSec === this.#range?.startSec && range?.endSec === this.#range?.endSec) return;
    this.#range = range;
    for (const listener of this.#listeners) listener(range);
  }

  onChange(listener: (range: TimeRange | null) => void): void {
    this.#listeners.push(listener);
  }
}
