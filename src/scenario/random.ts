/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * A seeded generator (sfc32 by Chris Doty-Humphrey, PractRand; period about 2^127): the same seed gives the same
 * users, tasks and think times. Not for secrets.
 */
export function seededRandom(seed: number): Random {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first outputs still show the seed.
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** A whole number from `low` to `high`, both included. */
export function randomInteger(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** Unit exponential: the waiting time of a Poisson process of rate 1. */
export function randomExponential(random: Random): number {
  return -Math.log(1 - random());
}
