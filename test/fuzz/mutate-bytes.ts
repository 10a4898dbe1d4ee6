import type { Dice } from './random.ts';

/** Numbers as texts that readers fall over: signs, sizes, what is no number. */
export const EXTREMES: readonly string[] = [
  ...['0', '-0', '-1', '1e308', '-1e308', '1e999', '5e-324', '1e16', '9007199254740993', '4294967296', '2147483648'],
  ...['-2147483649', '18446744073709551616', '0.1e-7', '00', '1.', '.5', '+1', '0x1f', '1_000', 'NaN', 'Infinity'],
  ...['-Infinity', 'null', 'true', '""', '[]', '{}', '1e', '٣'],
];

/** Names that every object has. */
export const INHERITED: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
];

const LONGEST = 8 * 1024;

/** One to six changes of bytes: flipped bits, spans taken out, doubled, moved or repeated, words put in, the end cut off. */
export function mutateBytes(bytes: Uint8Array, dice: Dice, words: readonly string[]): Uint8Array {
  let result = bytes;
  for (let changes = 1 + dice.below(6); changes > 0; changes -= 1) result = changeOnce(result, dice, words);
  return result.length > LONGEST ? result.subarray(0, LONGEST) : result;
}

function changeOnce(bytes: Uint8Array, dice: Dice, words: readonly string[]): Uint8Array {
  const at = dice.below(bytes.length + 1);
  const length = dice.below(dice.chance(0.8) ? 16 : bytes.length + 1);
  const span = bytes.subarray(at, at + length);
  switch (dice.below(9)) {
    case 0:
      return spliced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << dice.below(8))));
    case 1:
      return spliced(bytes, at, 1, Uint8Array.of(dice.below(256)));
    case 2:
      return spliced(bytes, at, length, new Uint8Array(0));
    case 3:
      return spliced(bytes, at, 0, span);
    case 4:
      return spliced(bytes, dice.below(bytes.length + 1), 0, span);
    case 5:
      return dice.chance(0.3) ? bytes.subarray(0, at) : bytes;
    case 6:
      return spliced(bytes, at, 0, repeated(span, dice.pick([2, 10, 100, 2000])));
    case 7:
      return spliced(bytes, at, dice.chance(0.5) ? length : 0, encode(dice.pick(words)));
    default:
      return numberChanged(bytes, at, dice);
  }
}

/** The next number of a text becomes an extreme one. */
function numberChanged(bytes: Uint8Array, from: number, dice: Dice): Uint8Array {
  const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;
  let start = from;
  while (start < bytes.length && !isDigit(bytes[start])) start += 1;
  let end = start;
  while (isDigit(bytes[end])) end += 1;
  return spliced(bytes, start, end - start, encode(dice.pick(EXTREMES)));
}

function spliced(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const rest = bytes.subarray(Math.min(bytes.length, at + removed));
  const result = new Uint8Array(Math.min(at, bytes.length) + inserted.length + rest.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, Math.min(at, bytes.length));
  result.set(rest, Math.min(at, bytes.length) + inserted.length);
  return result;
}

function repeated(span: Uint8Array, times: number): Uint8Array {
  const most = Math.min(times, Math.floor(LONGEST / Math.max(1, span.length)));
  const result = new Uint8Array(span.length * most);
  for (let i = 0; i < most; i += 1) result.set(span, i * span.length);
  return result;
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
