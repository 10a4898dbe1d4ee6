/**
 * The first `most` of the offered items in the order of `compare`. Keeps at most twice as many: a heap has millions of
 * objects, and a page shows fifty.
 */
export class TopOf {
  readonly #most: number;
  readonly #weight: (item: number) => number;
  #kept: number[] = [];
  #least: number = Number.NEGATIVE_INFINITY;

  /** @param weight the larger comes first; among equals, what was offered first */
  constructor(most: number, weight: (item: number) => number) {
    this.#most = most;
    this.#weight = weight;
  }

  offer(item: number): void {
    if (this.#weight(item) <= this.#least) return;
    this.#kept.push(item);
    if (this.#kept.length >= this.#most * 2) this.#shrink();
  }

  /** In order. */
  get items(): readonly number[] {
    this.#shrink();
    return this.#kept;
  }

  #shrink(): void {
    this.#kept = this.#kept.sort((a, b) => this.#weight(b) - this.#weight(a)).slice(0, this.#most);
    if (this.#kept.length === this.#most) this.#least = this.#weight(this.#kept.at(-1)!);
  }
}
