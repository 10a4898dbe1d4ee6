import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockPoints, blockWidthMs } from '../../src/stats/blocks.ts';
import { cutWarmUp } from '../../src/stats/cut-warm-up.ts';
import { lowerEnvelope, troughs } from '../../src/stats/lower-envelope.ts';
import { detectPeriod, removePeriod } from '../../src/stats/period.ts';
import { makeSeries, rateOver, seededRandom } from '../helpers/series.ts';

test('blocks: ten minutes in a night, a second or two in a minute', () => {
  assert.equal(blockWidthMs(8 * 3_600_000, 1000), 600_000);
  assert.equal(blockWidthMs(40_000, 1000), 2000);
  const points = makeSeries({ seed: 1, points: 100, noise: 0, stepX: 1000 });
  assert.equal(blockPoints(points, 10_000).length, 10);
  assert.equal(blockPoints([], 10).length, 0);
});

test('forced collections serve alone where there are enough', () => {
  const forced = Array.from({ length: 8 }, (_, i) => ({ x: i * 10, y: 100 + i, forced: true }));
  const natural = Array.from({ length: 40 }, (_, i) => ({ x: i * 2, y: 150 + (i % 5), forced: false }));
  const merged = [...forced, ...natural].sort((a, b) => a.x - b.x);
  assert.deepEqual(
    lowerEnvelope(merged).map(({ y }) => y),
    forced.map(({ y }) => y),
  );
});

test('of collections that happen, the lowest of a few counts', () => {
  const random = seededRandom(5);
  const sizes = Array.from({ length: 300 }, (_, i) => ({ x: i, y: 100 + 30 * random(), forced: false }));
  const envelope = lowerEnvelope(sizes);
  assert.ok(envelope.length >= 40 && envelope.length <= 50);
  assert.ok(envelope.every(({ y }) => y < 120));
});

test('troughs of a sawtooth are what lived through collections', () => {
  const random = seededRandom(8);
  const live = (i: number): number => 50 + i * 0.1;
  const used = Array.from({ length: 200 }, (_, i) => ({ x: i, y: live(i) + 4 * (i % 10) + random() }));
  const found = troughs(used);
  assert.ok(found.length >= 17, String(found.length));
  assert.ok(found.every(({ x, y }) => y - live(x) < 1.5));
});

test('warm-up is cut off a flat series; a leak from the first point on is not', () => {
  const warm = makeSeries({ seed: 2, points: 60, noise: 1, shape: (share) => -40 * Math.exp(-share / 0.04) });
  const kept = cutWarmUp(warm);
  assert.ok(kept.length < 58 && kept.length >= 40, String(kept.length));
  const leaks = rateOver(50, (seed) => {
    const leak = makeSeries({ seed, points: 60, noise: 1, shape: (share) => 40 * share });
    return cutWarmUp(leak).length >= 57;
  });
  assert.ok(leaks >= 0.95);
});

test('a wave is found and taken away, noise is not taken for one', () => {
  const wave = makeSeries({
    seed: 3,
    points: 48,
    noise: 0.5,
    shape: (share) => 5 * Math.sin(share * 47 * (Math.PI / 4)),
  });
  const period = detectPeriod(wave);
  assert.ok(period !== null && period % 8 === 0, String(period));
  const calm = removePeriod(wave, period);
  const spread = Math.max(...calm.map(({ y }) => y)) - Math.min(...calm.map(({ y }) => y));
  assert.ok(spread < 4, String(spread));
  for (const persistence of [0, 0.5, 0.9]) {
    const rate = rateOver(200, (seed) => detectPeriod(makeSeries({ seed, points: 48, persistence })) !== null);
    assert.ok(rate <= 0.05, `persistence ${persistence}: ${rate}`);
  }
});
