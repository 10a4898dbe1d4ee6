import { formatBytes } from '../model/units.ts';

/** What smaller files take needs no counting: JSON takes at most some twenty times its size. */
const HARMLESS_BYTES = 8 * 1024 * 1024;
const MOST_MEMORY_BYTES = 256 * 1024 * 1024;
/** What people's tools write takes two or three times its size; files made to fill the memory take ten and more. */
const MOST_TIMES_ITS_SIZE = 3.5;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What a value costs in V8 beside its digits or characters: a slot for each element, a header for each list and object. */
const COST: Float64Array = new Float64Array(256);
COST[0x2c] = 8; // comma
COST[0x3a] = 40; // colon: a member, at worst in a hash table
COST[0x5b] = 40; // [
COST[0x7b] = 56; // {
COST[QUOTE] = 24;

/**
 * Why this JSON must not be parsed, in words that follow the name of the file; null where it may. A file of `[],` or of a
 * million distinct keys takes twenty times its size: what it would take is counted on its bytes, before anything is made.
 */
export function jsonBomb(bytes: Uint8Array): string | null {
  if (bytes.length <= HARMLESS_BYTES) return null;
  const memoryBytes = memoryOf(bytes);
  if (memoryBytes <= Math.max(MOST_MEMORY_BYTES, MOST_TIMES_ITS_SIZE * bytes.length)) return null;
  return `has ${formatBytes(bytes.length)} of JSON that would take ${formatBytes(memoryBytes)} of memory`;
}

function memoryOf(bytes: Uint8Array): number {
  let memoryBytes = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    memoryBytes += COST[byte]!;
    if (byte !== QUOTE) continue;
    const end = endOfText(bytes, at);
    memoryBytes += end - at;
    at = end;
  }
  return memoryBytes;
}

/** Position of the closing quote of the text that opens at `start`, or the end of the bytes. */
function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let before = at - 1;
    while (bytes[before] === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return bytes.length;
}
