interface JsonError {
  readonly byteOffset: number;
  readonly what: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const WORDS: readonly string[] = ['true', 'false', 'null'];
const LONGEST_WORD = 5;
/** 1 for the bytes of numbers and of `true`, `false`, `null`. */
const IS_WORD: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w.+-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Where a text that JSON.parse refused stops being JSON. Engines word their messages differently, count in UTF-16
 * units and often give no position at all, so the text is walked once more, by a grammar without recursion
 * (a file may nest deeper than the stack).
 */
export function findJsonError(bytes: Uint8Array): JsonError {
  const open: ('{' | '[')[] = [];
  // What may come next: a value, a key, a colon after a key, or a comma or bracket after a value.
  let next: 'value' | 'key' | 'colon' | 'after' = 'value';
  let mayClose = false;
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;

  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    const char = String.fromCharCode(byte);
    const closes = char === '}' ? '{' : char === ']' ? '[' : null;
    if (closes && open.at(-1) === closes && (next === 'after' || mayClose)) {
      open.pop();
      next = 'after';
    } else if (next === 'after' && char === ',' && open.length > 0) {
      next = open.at(-1) === '{' ? 'key' : 'value';
      mayClose = false;
      continue;
    } else if (next === 'colon' && char === ':') {
      next = 'value';
    } else if (next === 'value' && (char === '{' || char === '[')) {
      open.push(char);
      next = char === '{' ? 'key' : 'value';
      mayClose = true;
      continue;
    } else if (byte === QUOTE && (next === 'value' || next === 'key')) {
      const end = endOfText(bytes, at);
      if (typeof end !== 'number') return end;
      at = end;
      next = next === 'key' ? 'colon' : 'after';
    } else if (next === 'value') {
      const end = endOfWord(bytes, at);
      if (end === null) return unexpected(bytes, at);
      at = end;
      next = 'after';
    } else {
      return unexpected(bytes, at);
    }
    mayClose = false;
  }
  return { byteOffset: bytes.length, what: bytes.length === 0 ? 'the file is empty' : 'unexpected end of file' };
}

/** Position of the closing quote of the text that opens at `start`. */
function endOfText(bytes: Uint8Array, start: number): number | JsonError {
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte < 0x20) return unexpected(bytes, at);
    if (byte !== BACKSLASH) continue;
    at += 1;
    const escaped = String.fromCharCode(bytes[at] ?? 0);
    const fine = escaped === 'u' ? /^[0-9a-f]{4}$/i.test(ascii(bytes, at + 1, at + 5)) : '"\\/bfnrt'.includes(escaped);
    if (at < bytes.length && !fine) return unexpected(bytes, at);
  }
  return { byteOffset: bytes.length, what: 'unexpected end of file inside a text' };
}

/** Position of the last byte of the number, true, false or null that starts at `start`; null if there is none. */
function endOfWord(bytes: Uint8Array, start: number): number | null {
  let end = start;
  while (end < bytes.length && IS_WORD[bytes[end] ?? 0] === 1) end += 1;
  const atEndOfFile = end === bytes.length;
  const isNumber = bytes[start] === MINUS || ((bytes[start] ?? 0) >= DIGIT_0 && (bytes[start] ?? 0) <= DIGIT_9);
  // Anything else of this length is not a word of JSON, and is not examined.
  if (end === start || (!isNumber && end - start > LONGEST_WORD)) return null;
  const word = ascii(bytes, start, end);
  const isWhole = isNumber ? NUMBER.test(word) : WORDS.includes(word);
  const isCut = atEndOfFile && (isNumber ? /^[-+.\deE]+$/.test(word) : WORDS.some((whole) => whole.startsWith(word)));
  return isWhole || isCut ? end - 1 : null;
}

function unexpected(bytes: Uint8Array, byteOffset: number): JsonError {
  const byte = bytes[byteOffset] ?? 0;
  const printable = byte > 0x20 && byte < 0x7f;
  return {
    byteOffset,
    what: `unexpected ${printable ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16).padStart(2, '0')}`}`,
  };
}

/** In one piece: a word may be as long as the file. */
function ascii(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder('latin1').decode(bytes.subarray(from, to));
}
