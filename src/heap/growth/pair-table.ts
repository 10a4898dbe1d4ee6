/** A hash table from two non-negative 32-bit numbers to one: open addressing in flat arrays, for millions of entries. */
export class PairTable {
  private keys: Int32Array;
  private values: Int32Array;
  private size = 0;
  private mask: number;

  constructor(capacity: number = 1 << 12) {
    this.keys = new Int32Array(capacity * 2).fill(-1);
    this.values = new Int32Array(capacity);
    this.mask = capacity - 1;
  }

  /** -1 when there is none. */
  get(a: number, b: number): number {
    const { keys, mask } = this;
    let slot = hash(a, b) & mask;
    for (;;) {
      const found = keys[slot * 2]!;
      if (found === -1) return -1;
      if (found === a && keys[slot * 2 + 1] === b) return this.values[slot]!;
      slot = (slot + 1) & mask;
    }
  }

  /** The pair must not be there yet. */
  add(a: number, b: number, value: number): void {
    if (this.size * 2 >= this.mask) this.grow();
    this.place(a, b, value);
    this.size++;
  }

  private place(a: number, b: number, value: number): void {
    let slot = hash(a, b) & this.mask;
    while (this.keys[slot * 2] !== -1) slot = (slot + 1) & this.mask;
    this.keys[slot * 2] = a;
    this.keys[slot * 2 + 1] = b;
    this.values[slot] = value;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(keys.length * 2).fill(-1);
    this.values = new Int32Array(values.length * 2);
    this.mask = values.length * 2 - 1;
    for (let slot = 0; slot < values.length; slot++) {
      if (keys[slot * 2] !== -1) this.place(keys[slot * 2]!, keys[slot * 2 + 1]!, values[slot]!);
    }
  }
}

function hash(a: number, b: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
