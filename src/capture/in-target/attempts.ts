/** What this Node lacks, or the program has patched away, must not stop the rest: it is remembered and read as null. */
export class Attempts {
  /** What failed, in words. */
  readonly unavailable: string[] = [];

  run<T>(what: string, action: () => T): T | null {
    try {
      return action();
    } catch {
      if (!this.unavailable.includes(what)) this.unavailable.push(what);
      return null;
    }
  }
}
