import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scanner } from './build-snapshot.ts';

const encoder = new TextEncoder();

/** Numbers of every length up to 32 bits, between them what V8 writes and what it might. */
const numbers = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(9), fc.nat(99_999_999), fc.integer({ min: 0, max: 0xffffffff })),
    fc.constantFrom(',', '\n,', ',\n', ' , '),
  ),
  { minLength: 1, maxLength: 400 },
);

test('numbers are those that the text says, wherever it is cut', () => {
  fc.assert(
    fc.property(numbers, fc.nat(80), fc.nat(3), (rows, from, keep) => {
      const text = rows.map(([number, gap]) => `${number}${gap}`).join('');
      const bytes = encoder.encode(text);
      const start = Math.min(from, bytes.length);
      const { count, next } = scanner.numbers(bytes, start, bytes.length, keep);
      assert.ok(next >= start && next <= bytes.length);
      assert.ok(bytes.length - next < 64 + 10, 'all but the last block is read');
      const expected = text.slice(start, next).match(/\d+/g) ?? [];
      assert.deepEqual([...scanner.values.subarray(keep, count)], expected.map(Number));
      if (next < bytes.length) assert.ok(next === start || !isDigit(bytes[next - 1]!), 'it ends between two numbers');
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('it stops at what is no plain number, before it', () => {
  const plain = '1,22,333,'.repeat(20);
  for (const strange of ['4294967296', '99999999999', '-1', '1.5', '"', ']', 'é']) {
    const bytes = encoder.encode(`${plain}${strange},${plain}`);
    const { count, next } = scanner.numbers(bytes, 0, bytes.length, 0);
    assert.ok(next <= plain.length, strange);
    assert.ok(plain.length - next < 64, strange);
    assert.equal(count, (plain.slice(0, next).match(/\d+/g) ?? []).length);
  }
});

test('the largest number of 32 bits is one', () => {
  const bytes = encoder.encode('4294967295,'.repeat(20));
  const { count } = scanner.numbers(bytes, 0, bytes.length, 0);
  assert.ok(count > 10);
  assert.deepEqual(new Set(scanner.values.subarray(0, count)), new Set([4294967295]));
});

test('quotes are found but where they are escaped, wherever the text is cut', () => {
  const text = fc.array(fc.constantFrom('"', '\\', '\\"', '\\\\', 'plain text of some length', ',', 'x'), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(text, fc.nat(300), (parts, cutAt) => {
      const bytes = encoder.encode(parts.join(''));
      const expected = unescapedQuotes(bytes);
      const cut = Math.min(cutAt, bytes.length);
      const first = scanner.quotes(bytes, 0, cut, 0, false);
      const found = [...scanner.values.subarray(0, first.count)];
      const second = scanner.quotes(bytes, cut, bytes.length, cut, first.escaped);
      found.push(...scanner.values.subarray(0, second.count));
      assert.deepEqual(found, expected);
    }),
    { numRuns: 500, seed: 4 },
  );
});

function unescapedQuotes(bytes: Uint8Array): number[] {
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 92) at++;
    else if (bytes[at] === 34) places.push(at);
  }
  return places;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
