import assert from 'node:assert/strict';
import { test } from 'node:test';
import { types } from 'node:util';
import { measureContainers } from '../../src/capture/in-target/measure-containers.ts';

const MANY = 100_000;
const numbers = Array.from({ length: MANY }, (_, n) => n);

function measure(...objects: object[]) {
  return measureContainers.call(objects, types);
}

test('an array of numbers holds no references; one text among them and all may be', () => {
  const plain = measure(numbers.map((n) => n + 0.5));
  assert.deepEqual([plain.references, plain.longestArray], [0, 0]);
  assert.ok(plain.explainedBytes >= 8 * MANY);
  const mixed = measure([...numbers, 'x'], new Array(MANY / 2).fill({}));
  assert.deepEqual([mixed.references, mixed.longestArray], [1.5 * MANY + 1, MANY + 1]);
});

test('a map is counted by what it holds, key by key', () => {
  const toObject = measure(new Map(numbers.map((n) => [n, { n }])));
  assert.equal(toObject.tableReferences, MANY);
  assert.equal(measure(new Map(numbers.map((n) => [String(n), 'shared']))).tableReferences, 2 * MANY);
  assert.equal(measure(new Map(numbers.map((n) => [n, n]))).tableReferences, 0);
  assert.equal(measure(new Set(numbers.map(String))).tableReferences, MANY);
  // 131,072 places of three words and a half.
  assert.equal(toObject.explainedBytes, 131_072 * 3.5 * 8);
});

test('what is small counts as references and explains nothing of the large object space', () => {
  const small = measure([1, 2, 3], new Map([[1, {}]]), new Set([{}]), { any: 1 });
  assert.deepEqual(small, {
    objects: 4,
    references: 3 + 2 + 1,
    longestArray: 0,
    tableReferences: 0,
    explainedBytes: 0,
    sparse: false,
  });
});

test('an array with a length and no elements explains nothing', () => {
  const sparse: unknown[] = [];
  sparse[1e9] = 'far';
  const { explainedBytes, sparse: isSparse } = measure(sparse);
  assert.deepEqual([explainedBytes, isSparse], [0, true]);
});

test('nothing of the program runs: no getter, no trap', () => {
  const calls: string[] = [];
  const trapped: unknown[] = [...numbers];
  Object.defineProperty(trapped, 5, { get: () => calls.push('element') });
  class Odd extends Map<unknown, unknown> {
    override get size(): number {
      calls.push('size');
      return 1;
    }
    override entries(): never {
      calls.push('entries');
      throw new Error('no');
    }
  }
  const getPrototypeOf = (): null => {
    calls.push('trap');
    return null;
  };
  const prototype = new Proxy({}, { getPrototypeOf, get: () => calls.push('get') });
  measure(trapped, new Odd(numbers.map((n) => [n, { n }])), Object.create(prototype));
  assert.deepEqual(calls, []);
});
