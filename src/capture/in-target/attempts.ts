/** What this Node lacks, or the program has patched away, must not stop the rest: it is remembered and read as null. */
export class Attempts {
  /** What failed, as text. */
  readonly unavailable: string[] = [];

  run<T>(what: string, action: () => T): T | null {
    try {
      return action();
    } catch {
      this.#note(what);
      return null;
    }
  }

  /** Without methods of arrays: they may be what was patched away. */
  #note(what: string): void {
    const { unavailable } = this;
    for (let index = 0; index < unavailable.length; index += 1) if (unavailable[index] === what) return;
    unavailable[unavailable.length] = what;
  }
}
