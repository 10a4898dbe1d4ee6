import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pair, valuesAt } from '../../src/browse/compare-runs.ts';

test('what both runs have is paired, in the order of the later one', () => {
  assert.deepEqual(
    pair(['a', 'b', 'c'], ['c', 'x', 'a'], (item) => item),
    [
      { before: 'c', after: 'c' },
      { before: null, after: 'x' },
      { before: 'a', after: 'a' },
      { before: 'b', after: null },
    ],
  );
});

test('a curve is read on another axis; where nothing was measured, nothing is made up', () => {
  const chart = { title: 't', unit: 'count', description: '', tSec: [1, 2, 3, 4, 6], value: [10, 20, null, 40, 60] };
  assert.deepEqual(valuesAt(chart, [0, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7]), [
    ...[null, 10, 15, 20, null, null, null, 40, 50, 60, null],
  ]);
  assert.deepEqual(valuesAt(null, [0, 1]), [null, null]);
});
