import { mutate } from './mutate.ts';
import { diceOf, seedOf } from './random.ts';
import { READERS } from './readers.ts';

/** Input `index` of a reader: always the same for the same numbers. */
export function caseOf(name: string, seed: number, index: number): Uint8Array {
  const reader = READERS[name];
  if (!reader) throw new Error(`no reader ${name}`);
  return mutate(reader.seeds(), reader.kind, diceOf(seedOf(seed, name, index)));
}
