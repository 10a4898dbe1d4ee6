import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelShift } from '../../src/stats/level-shift.ts';
import { seededNormal } from '../helpers/series.ts';

const points = (values: readonly number[]): { x: number; y: number }[] => values.map((y, i) => ({ x: i * 1000, y }));

test('finds where two levels meet, whatever one outlier says', () => {
  const shift = levelShift(points([2, 3, 2, 40, 2, 3, 2, 90, 91, 92, 90, 3, 91]));
  assert.equal(shift?.x, 7000);
  assert.equal(shift?.from, 2);
  assert.equal(shift?.to, 90.5);
  assert.ok((shift?.order ?? 0) > 0.8);
});

test('two clean levels are in perfect order, noise is not', () => {
  assert.equal(levelShift(points([0, 0, 0, 0, 1, 1, 1]))?.order, 1);
  const normal = seededNormal(3);
  const noise = levelShift(points(Array.from({ length: 40 }, () => 10 + normal())));
  assert.ok((noise?.order ?? 1) < 0.9);
});

test('three points on each side are wanted', () => {
  assert.equal(levelShift(points([0, 0, 5, 5, 5])), null);
  assert.equal(levelShift([]), null);
});
