import { seededRandom } from '../format/seeded-random.ts';

/** What a mutator draws on. Two of the same seed give the same. */
export interface Dice {
  /** From 0 to `below`, without it. */
  readonly below: (limit: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
}

export function diceOf(seed: number): Dice {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    below,
    chance: (share) => random() < share,
    pick: (list) => {
      const one = list[below(list.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}

/** Of one case of one reader, so that each can be made again by its number alone (FNV-1a). */
export function seedOf(seed: number, reader: string, index: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${seed}/${reader}/${index}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
