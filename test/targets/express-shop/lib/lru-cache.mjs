/** Least recently used, by the insertion order of a Map. */
export class LruCache {
  constructor(limit, { evictsByEntry }) {
    this.limit = limit;
    this.evictsByEntry = evictsByEntry;
    this.entries = new Map();
  }

  get(key) {
    return this.entries.get(key);
  }

  set(key, value) {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.limit) return;
    // The mistake: an entry is [key, value], and no such key is in the Map.
    const [oldest] = this.entries;
    this.entries.delete(this.evictsByEntry ? oldest : oldest[0]);
  }
}
