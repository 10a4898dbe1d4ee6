/** A small generator with a seed (mulberry32), so that a failure can be repeated: numbers from 0 to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One to four bytes changed, taken out or doubled, or the end cut off. */
export function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  let result = [...bytes];
  const changes = 1 + Math.floor(random() * 4);
  for (let change = 0; change < changes; change += 1) {
    const at = Math.floor(random() * result.length);
    const kind = random();
    if (kind < 0.4) result[at] = Math.floor(random() * 256);
    else if (kind < 0.7) result.splice(at, 1 + Math.floor(random() * 8));
    else if (kind < 0.95) result.splice(at, 0, ...result.slice(at, at + Math.floor(random() * 12)));
    else result = result.slice(0, at);
  }
  return Uint8Array.from(result);
}
