/**
 * Everything that Node or the program calls of ours goes through here: subscribers, observers, timers. What one of them
 * throws is an uncaught exception of the program, and ends it. A call that fails is not counted.
 */
export function guarded<Words extends unknown[]>(action: (...words: Words) => void): (...words: Words) => void {
  return (...words) => {
    try {
      apply(action, undefined, words);
    } catch {
      // Of another shape than Node's, or the program has replaced what is used in there.
    }
  };
}

/** As it was when the probe was installed: a program may replace it, or what it is found by, later. */
export const apply: typeof Reflect.apply = Reflect.apply;
