/** Remembers results by `keyOf(input)`. A key that is a new object each time is never found again. */
export function memoize(compute, keyOf) {
  const results = new Map();
  return function memoized(input) {
    const key = keyOf(input);
    if (!results.has(key)) results.set(key, compute(input));
    return results.get(key);
  };
}
