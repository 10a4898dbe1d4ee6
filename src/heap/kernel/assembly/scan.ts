// AssemblyScript, not TypeScript: compiled to scan.wasm by scripts/build-kernel.mjs. Pure functions on the memory that
// they export; text-scanner.ts lays that memory out and is the only caller.
//
// The way of simdjson (Langdale and Lemire, Parsing Gigabytes of JSON per Second, 2019): 64 bytes become one bit mask for
// each kind of byte, and what is looked for is stepped through bit by bit, without a branch per byte.

const BLOCK: usize = 64;
/** Results besides the returned one stand at address 0. */
const RESULT: usize = 0;
const LARGEST: u64 = 0xffffffff;

/** Bit i: whether byte i of the block is a digit. */
function digitsOf(at: usize): u64 {
  return (
    digitBits(v128.load(at)) |
    (digitBits(v128.load(at, 16)) << 16) |
    (digitBits(v128.load(at, 32)) << 32) |
    (digitBits(v128.load(at, 48)) << 48)
  );
}

function digitBits(bytes: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10))));
}

/** Whether the block holds nothing but digits, commas and white space. */
function isPlain(at: usize): bool {
  return !v128.any_true(
    v128.or(
      v128.or(strange(v128.load(at)), strange(v128.load(at, 16))),
      v128.or(strange(v128.load(at, 32)), strange(v128.load(at, 48))),
    ),
  );
}

function strange(bytes: v128): v128 {
  const isDigit = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10));
  const isBetween = v128.or(i8x16.le_u(bytes, i8x16.splat(32)), i8x16.eq(bytes, i8x16.splat(44)));
  return v128.not(v128.or(isDigit, isBetween));
}

/** The number that eight digits (or zero bytes before them) say, the first digit in the lowest byte. */
function eightDigits(word: u64): u64 {
  const pairs = ((word & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  const fours = ((pairs & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return ((fours & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

/** The last `count` (1 to 8) digits before `end`. */
function digitsBefore(end: usize, count: u64): u64 {
  const unwanted = 64 - 8 * count;
  return eightDigits((load<u64>(end - 8) >> unwanted) << unwanted);
}

/**
 * Writes the numbers of the text [start, end) to `out`, 32 bits each, by whole blocks of 64 bytes. Returns where it
 * stopped: after the last whole block, at the first digit of a number that goes on behind it, or before a block or a
 * number that is not plain (another character, more than 32 bits). How many numbers: at RESULT.
 */
export function numbers(start: usize, end: usize, out: usize): usize {
  let to = out;
  let at = start;
  // The number that the last block ended in begins here, if it ended in one.
  let first = start;
  let isOpen: u64 = 0;
  while (at + BLOCK <= end && isPlain(at)) {
    const digits = digitsOf(at);
    const shifted = (digits << 1) | isOpen;
    let starts = digits & ~shifted;
    let ends = ~digits & shifted;
    if (!isOpen) {
      first = at + <usize>ctz(starts);
      starts &= starts - 1;
    }
    while (ends) {
      const last = at + <usize>ctz(ends);
      ends &= ends - 1;
      const count = <u64>(last - first);
      let value: u64;
      if (count === 1) {
        // Half of all: types, counts and flags.
        value = <u64>(load<u8>(last - 1) & 15);
      } else if (count <= 8) {
        value = digitsBefore(last, count);
      } else {
        value = count > 10 ? LARGEST + 1 : digitsBefore(last - 8, count - 8) * 100000000 + digitsBefore(last, 8);
        if (value > LARGEST) {
          store<u32>(RESULT, <u32>((to - out) >> 2));
          return first;
        }
      }
      store<u32>(to, <u32>value);
      to += 4;
      // Behind the last start this points at the next block, and is set again there.
      first = at + <usize>ctz(starts);
      starts &= starts - 1;
    }
    isOpen = digits >> 63;
    at += BLOCK;
  }
  store<u32>(RESULT, <u32>((to - out) >> 2));
  return isOpen ? first : at;
}

/**
 * Writes where in the text [start, end) a quote stands that is not escaped, counted from `base` at `start`, to `out`.
 * `escaped`: 1 if a backslash stood before `start`. Returns how many; at RESULT: 1 if the text ends in a backslash
 * that escapes what follows.
 */
export function quotes(start: usize, end: usize, base: u32, escaped: u32, out: usize): u32 {
  let to = out;
  let at = start;
  let isEscaped = escaped;
  while (at < end) {
    const hasBlock = at + BLOCK <= end;
    if (hasBlock && !isEscaped && !bitsOf(at, 92)) {
      let found = bitsOf(at, 34);
      while (found) {
        store<u32>(to, base + <u32>(at - start) + <u32>ctz(found));
        to += 4;
        found &= found - 1;
      }
      at += BLOCK;
      continue;
    }
    const stop = hasBlock ? at + BLOCK : end;
    for (; at < stop; at++) {
      const byte = load<u8>(at);
      if (isEscaped) isEscaped = 0;
      else if (byte === 92) isEscaped = 1;
      else if (byte === 34) {
        store<u32>(to, base + <u32>(at - start));
        to += 4;
      }
    }
  }
  store<u32>(RESULT, isEscaped);
  return <u32>((to - out) >> 2);
}

/** Bit i: whether byte i of the block is `byte`. */
function bitsOf(at: usize, byte: i8): u64 {
  const wanted = i8x16.splat(byte);
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), wanted))) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), wanted)))) << 16) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), wanted)))) << 32) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 48), wanted)))) << 48)
  );
}
