/** What was started, to be ended in the opposite order, each whether or not the others could be. */
export class RunParts {
  readonly #ends: (() => Promise<unknown>)[] = [];

  add(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  async end(onError: (error: Error) => void): Promise<void> {
    for (const end of this.#ends.reverse()) await end().catch(onError);
  }
}
