import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flameDiffOf } from '../../src/cpu/build-flame.ts';
import { weightedTree } from '../../src/cpu/call-tree.ts';
import { commonBase, compareFunctions } from '../../src/cpu/compare-trees.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { profileOf } from './profile-builder.ts';

const placeOf = createPlaceOf([], new Map());

// 10 requests before, 20 after: `parse` costs the same per request, `scan` three times as much, `old` is gone.
const before = mergeWindows([
  profileOf(
    [
      { atUs: 0, stack: 'main;parse' },
      { atUs: 100, stack: 'main;scan' },
      { atUs: 200, stack: 'old' },
      { atUs: 250, stack: '(idle)' },
    ],
    0,
    9000,
  ),
]);
const after = mergeWindows([
  profileOf(
    [
      { atUs: 50_000, stack: 'main;parse' },
      { atUs: 50_200, stack: 'main;scan' },
      { atUs: 50_800, stack: 'fresh' },
      { atUs: 50_820, stack: '(idle)' },
    ],
    50_000,
    51_000,
  ),
]);

test('functions are compared per request, the largest change first', () => {
  const base = commonBase(before, after, { before: 10, after: 20 });
  assert.deepEqual(
    compareFunctions(before, after, base, placeOf).map(({ name, beforeSelfUs, selfUs }) => [
      name,
      beforeSelfUs,
      selfUs,
    ]),
    [
      ['scan', 10, 30],
      ['old', 5, 0],
      ['fresh', 0, 1],
      ['main', 0, 0],
      ['parse', 10, 10],
    ],
  );
});

test('where requests are unknown, or none came, a second of CPU is the base', () => {
  for (const unknown of [null, 0]) {
    const base = commonBase(before, after, { before: unknown, after: 20 });
    assert.equal(base.per, 'cpu-second');
    const changes = compareFunctions(before, after, base, placeOf);
    const sumOf = (key: 'selfUs' | 'beforeSelfUs'): number => changes.reduce((sum, change) => sum + change[key], 0);
    assert.ok(Math.abs(sumOf('selfUs') - 1e6) < 1e-3);
    assert.ok(Math.abs(sumOf('beforeSelfUs') - 1e6) < 1e-3);
  }
});

test('a differential flame graph holds both trees, also what is gone and what is hidden', () => {
  const base = commonBase(before, after, { before: 10, after: 20 });
  const root = flameDiffOf(weightedTree(before), weightedTree(after), base, placeOf, { minShare: 0.2 });
  const round = (us: number): number => Math.round(us * 1e6) / 1e6;
  assert.deepEqual([root.before, root.value].map(round), [25, 41]);
  assert.deepEqual(
    root.children.map(({ name, before, value }) => [name, round(before), round(value)]),
    [
      ['main', 20, 40],
      ['(other)', 5, 1],
    ],
  );
});
