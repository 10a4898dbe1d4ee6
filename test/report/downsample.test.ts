import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { downsample } from '../../src/report/downsample.ts';

const points = fc
  .array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 3000 })
  .map((values) => values.map((value, tSec) => ({ tSec, value })));

describe('thinning a series', () => {
  test('keeps the extremes, both ends and the order, within the limit', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 4, max: 300 }), (series, limit) => {
        const kept = downsample(series, limit);
        assert.ok(kept.length <= Math.max(limit, 0) || kept === series);
        assert.equal(kept[0], series[0]);
        assert.equal(kept.at(-1), series.at(-1));
        const values = series.map(({ value }) => value);
        const keptValues = kept.map(({ value }) => value);
        assert.equal(Math.max(...keptValues), Math.max(...values));
        assert.equal(Math.min(...keptValues), Math.min(...values));
        for (let i = 1; i < kept.length; i++) assert.ok((kept[i]?.tSec ?? 0) > (kept[i - 1]?.tSec ?? 0));
      }),
      { numRuns: 200 },
    );
  });

  test('a single spike of eight hours is still there', () => {
    const series = Array.from({ length: 28_800 }, (_, tSec) => ({ tSec, value: tSec === 12_345 ? 412 : 20 }));
    const kept = downsample(series);
    assert.ok(kept.length <= 2000);
    assert.ok(kept.some(({ tSec, value }) => tSec === 12_345 && value === 412));
  });
});
