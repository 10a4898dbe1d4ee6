import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leakDocument } from '../helpers/report-document.ts';

test('requests of the load are charted at the rate at which they were answered, not at that of what a sample last heard', () => {
  const series = leakDocument().series.find(({ name }) => name === 'load.requests');
  const { requests } = leakDocument().report;
  const planned = requests.reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
  const rates = series?.points.map(({ value }) => value) ?? [];
  const loaded = rates.filter((rate) => rate > 0.2 * planned);
  assert.ok(loaded.length > 20);
  // One that hears of no second, then of two, draws 0 and twice the rate.
  assert.deepEqual(
    loaded.filter((rate) => rate > 1.6 * planned),
    [],
  );
});
