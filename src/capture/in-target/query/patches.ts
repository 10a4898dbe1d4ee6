export type Anything = (this: unknown, ...words: unknown[]) => unknown;

/** Wrapped methods of the program, and what puts them back. */
export class Patches {
  readonly #undo: (() => void)[] = [];

  /** Leaves alone what is no function, or cannot be put back. */
  wrap(owner: object, name: string, wrapWith: (original: Anything) => Anything): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    const original = (owner as Record<string, unknown>)[name];
    if (typeof original !== 'function' || before?.configurable === false) return;
    const wrapper = wrapWith(original as Anything);
    for (const key of ['name', 'length']) {
      const own = Object.getOwnPropertyDescriptor(original, key);
      if (own) Object.defineProperty(wrapper, key, own);
    }
    const place = before ?? { configurable: true, enumerable: false, writable: true };
    Object.defineProperty(owner, name, { ...place, value: wrapper });
    this.#undo.push(() => {
      // Code that wrapped it after us keeps our wrapper inside, which then only forwards calls.
      if (Object.getOwnPropertyDescriptor(owner, name)?.value !== wrapper) return;
      if (before) Object.defineProperty(owner, name, before);
      else delete (owner as Record<string, unknown>)[name];
    });
  }

  /** What puts everything back, last first; it forgets it. */
  takeUndo(): (() => void)[] {
    return this.#undo.splice(0).reverse();
  }
}

/**
 * Calls `done` with error and result when the promise settles. Return it in place of the first, so that a rejection that
 * nobody handles stays one. Null if it is no promise.
 */
export function tapPromise(promise: unknown, done: (error: unknown, result: unknown) => void): unknown {
  if (!isThenable(promise)) return null;
  return promise.then(
    (value) => {
      done(null, value);
      return value;
    },
    (error) => {
      done(error, null);
      throw error;
    },
  );
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
