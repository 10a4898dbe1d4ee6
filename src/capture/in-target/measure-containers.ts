/** What the large arrays, maps and sets of a heap hold. */
export interface ContainerFacts {
  /** Objects of JavaScript: neither strings nor what V8 keeps for itself. */
  readonly objects: number;
  /** References out of arrays, maps and sets of any size. */
  readonly references: number;
  /** References out of the longest array. */
  readonly longestArray: number;
  /** References out of the tables of large maps and sets. */
  readonly tableReferences: number;
  /** Bytes in the large object space that these arrays and tables explain. */
  readonly explainedBytes: number;
  /** There is a long array with more holes than elements: V8 keeps such in a table that is not explained. */
  readonly sparse: boolean;
}

/**
 * Runs inside the target, sent as text: uses nothing from outside of itself but `types` of `node:util`. Looks through an
 * array of all objects for what holds many references, without calling anything of the program: no getter, no trap.
 */
export function measureContainers(
  this: object[],
  types: { isMap(object: object): object is Map<unknown, unknown>; isSet(object: object): object is Set<unknown> },
): ContainerFacts {
  const WORD = 8;
  /** Objects of 128 KiB and more live in the large object space. */
  const LARGE_WORDS = 16_384;
  const SMALL_INTEGER = 2 ** 30;
  const isReference = (value: unknown): boolean =>
    typeof value !== 'number' || value !== Math.floor(value) || Math.abs(value) >= SMALL_INTEGER;
  const describe = Object.getOwnPropertyDescriptor;
  const sizeOfMap = describe(Map.prototype, 'size')?.get;
  const sizeOfSet = describe(Set.prototype, 'size')?.get;

  let references = 0;
  let longestArray = 0;
  let tableReferences = 0;
  let explainedBytes = 0;
  let sparse = false;

  const PROBES = 64;
  const holdsMany = (list: unknown[]): boolean => {
    let present = 0;
    for (let probe = 0; probe < PROBES; probe += 1) {
      if (describe(list, Math.floor((probe * list.length) / PROBES)) !== undefined) present += 1;
    }
    return present > PROBES / 2;
  };
  /** Arrays of numbers hold no references; where one place holds something else, all of them may. */
  const countArray = (list: unknown[]): void => {
    const { length } = list;
    if (length < LARGE_WORDS) {
      references += length;
      return;
    }
    if (!holdsMany(list)) {
      sparse = true;
      return;
    }
    // A push makes room for half as many again.
    explainedBytes += 1.5 * WORD * length;
    const isNumberAt = (index: number): boolean => {
      const place = describe(list, index);
      return place === undefined || typeof place.value === 'number';
    };
    let index = 0;
    while (index < length && isNumberAt(index)) index += 1;
    if (index === length) return;
    references += length;
    longestArray = Math.max(longestArray, length);
  };
  /** Tables have room for a power of two of entries, each of `words` and half a word for its bucket. */
  const explainTable = (size: number, words: number): void => {
    let capacity = 4;
    while (capacity < size) capacity *= 2;
    explainedBytes += WORD * capacity * (words + 0.5);
  };
  const mapNext = Object.getPrototypeOf(new Map().entries()).next as () => IteratorResult<[unknown, unknown]>;
  const setNext = Object.getPrototypeOf(new Set().values()).next as () => IteratorResult<unknown>;
  const countMap = (map: Map<unknown, unknown>, size: number): void => {
    if (size * 3.5 < LARGE_WORDS) {
      references += 2 * size;
      return;
    }
    explainTable(size, 3);
    let held = 0;
    const entries = Map.prototype.entries.call(map);
    for (let one = mapNext.call(entries); !one.done; one = mapNext.call(entries)) {
      if (isReference(one.value[0])) held += 1;
      if (isReference(one.value[1])) held += 1;
    }
    references += held;
    tableReferences += held;
  };
  const countSet = (set: Set<unknown>, size: number): void => {
    if (size * 2.5 < LARGE_WORDS) {
      references += size;
      return;
    }
    explainTable(size, 2);
    let held = 0;
    const members = Set.prototype.values.call(set);
    for (let one = setNext.call(members); !one.done; one = setNext.call(members)) {
      if (isReference(one.value)) held += 1;
    }
    references += held;
    tableReferences += held;
  };
  for (let at = 0; at < this.length; at += 1) {
    const object = this[at] as object;
    try {
      if (Array.isArray(object)) countArray(object);
      else if (types.isMap(object)) countMap(object, sizeOfMap?.call(object) as number);
      else if (types.isSet(object)) countSet(object, sizeOfSet?.call(object) as number);
    } catch {
      // What it holds is counted by its bytes, as anything else that is large.
    }
  }
  return { objects: this.length, references, longestArray, tableReferences, explainedBytes, sparse };
}
