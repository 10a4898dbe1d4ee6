import { formatBytes } from '../model/units.ts';

/** What smaller files take needs no counting: JSON takes at most some twenty times its size. */
const HARMLESS_BYTES = 8 * 1024 * 1024;
const MOST_MEMORY_BYTES = 192 * 1024 * 1024;
/** What people's tools write takes two or three times its size; files made to fill the memory take ten and more. */
const MOST_TIMES_ITS_SIZE = 5;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** What a value costs in V8 apart from its characters: a slot for each element, a header for each list, object and text. */
const COST: Float64Array = new Float64Array(256);
COST[0x2c] = 8; // comma
COST[0x5b] = 40; // [
COST[0x7b] = 56; // {
COST[QUOTE] = 24;
/** A key that was there before is shared; a new one is kept, with its member in a hash table. */
const NEW_KEY_COST = 80;
/** Keys that were seen last, by their hash: objects of a kind repeat theirs. */
const REMEMBERED_KEYS = 1 << 14;

/**
 * Why this JSON must not be parsed, in words that follow the name of the file; null if it may. A file of `[],` or of a
 * million distinct keys takes twenty times its size: what it would take is counted on its bytes, before anything is made.
 */
export function jsonBomb(bytes: Uint8Array): string | null {
  if (bytes.length <= HARMLESS_BYTES) return null;
  const memoryBytes = memoryOf(bytes);
  if (memoryBytes <= Math.max(MOST_MEMORY_BYTES, MOST_TIMES_ITS_SIZE * bytes.length)) return null;
  return `has ${formatBytes(bytes.length)} of JSON that would take ${formatBytes(memoryBytes)} of memory`;
}

function memoryOf(bytes: Uint8Array): number {
  const seen = new Int32Array(REMEMBERED_KEYS);
  let memoryBytes = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    memoryBytes += COST[byte]!;
    if (byte !== QUOTE) continue;
    const end = endOfText(bytes, at);
    if (bytes[end + 1] !== COLON) memoryBytes += end - at;
    else {
      const hash = hashOf(bytes, at, end);
      const slot = hash & (REMEMBERED_KEYS - 1);
      if (seen[slot] !== hash) memoryBytes += NEW_KEY_COST + end - at;
      seen[slot] = hash;
    }
    at = end;
  }
  return memoryBytes;
}

/** Of its first and last bytes and its length (FNV-1a). */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = Math.imul(end - start, 0x01000193);
  for (let at = start; at < Math.min(end, start + 12); at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  for (let at = Math.max(start, end - 8); at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
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
