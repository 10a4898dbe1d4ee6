interface Expiring<Value> {
  readonly value: Value;
  readonly expiresAtMs: number;
}

/** Entries live `ttlMs` and are swept from the oldest on: all live equally long, so the Map is in order of expiry. */
export class TtlCache<Value> {
  private readonly entries = new Map<string, Expiring<Value>>();
  private readonly ttlMs: number;
  private readonly nowMs: () => number;

  constructor(ttlMs: number, nowMs: () => number = Date.now) {
    this.ttlMs = ttlMs;
    this.nowMs = nowMs;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.expiresAtMs > this.nowMs() ? entry.value : undefined;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAtMs: this.nowMs() + this.ttlMs });
  }

  sweep(): void {
    for (const [key, { expiresAtMs }] of this.entries) {
      if (expiresAtMs > this.nowMs()) return;
      this.entries.delete(key);
    }
  }
}
