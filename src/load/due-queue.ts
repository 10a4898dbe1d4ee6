interface Entry {
  readonly dueMs: number;
  readonly order: number;
  readonly run: (dueMs: number) => void;
}

/** What is to be done when, soonest first; equal times in the order they came. A binary heap: entry i is not later than its children 2i+1 and 2i+2. */
export class DueQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  /** When the first entry is due; infinity when there is none. */
  get nextDueMs(): number {
    return this.#heap[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  add(dueMs: number, run: (dueMs: number) => void): void {
    const entry = { dueMs, order: this.#order++, run };
    let i = this.#heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = this.#heap[parent] as Entry;
      if (!before(entry, above)) break;
      this.#heap[i] = above;
      i = parent;
    }
    this.#heap[i] = entry;
  }

  /** Takes the first entry out; null when the queue is empty. */
  take(): Entry | null {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (!first || !last) return null;
    if (this.#heap.length > 0) this.#sinkFromTop(last);
    return first;
  }

  #sinkFromTop(entry: Entry): void {
    const size = this.#heap.length;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && before(this.#heap[child + 1] as Entry, this.#heap[child] as Entry)) child++;
      const below = this.#heap[child] as Entry;
      if (!before(below, entry)) break;
      this.#heap[i] = below;
      i = child;
    }
    this.#heap[i] = entry;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
