import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rise } from '../../src/stats/counters.ts';
import { findRests } from '../../src/stats/rests.ts';
import { seededRandom } from '../helpers/series.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => 101 + i);
const SECONDS = 60;

/** Poisson requests, counted once a second; `rateAt` in requests a second, looked at ten times a second. */
function rises(seed: number, rateAt: (second: number) => number): Rise[] {
  const random = seededRandom(seed);
  return Array.from({ length: SECONDS }, (_, i) => {
    let gained = 0;
    for (let tenth = 0; tenth < 10; tenth += 1) gained += poisson(rateAt(i + tenth / 10) / 10, random);
    return { atMs: 1000 * (i + 1), lastedMs: 1000, gained };
  });
}

function poisson(mean: number, random: () => number): number {
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); count += 1) product *= random();
  return count;
}

describe('rests of traffic', () => {
  const rates: readonly (readonly [number, number])[] = [
    [2, 45],
    [5, 50],
    [20, 54],
    [300, 55],
  ];
  for (const [rate, stopsAt] of rates) {
    test(`at ${rate} requests a second, the rest from ${stopsAt}.4 s to the end is found`, () => {
      for (const seed of SEEDS) {
        const last = findRests(rises(seed, (second) => (second < stopsAt + 0.4 ? rate : 0))).at(-1);
        assert.equal(last?.toMs, 1000 * SECONDS, `seed ${seed}`);
        // A few seconds earlier by chance where hardly a request comes, never later than a sample after the last one.
        const early = rate < 10 ? 5000 : 1100;
        const fromMs = last?.fromMs ?? 0;
        assert.ok(fromMs >= 1000 * stopsAt - early && fromMs <= 1000 * (stopsAt + 1), `seed ${seed}: ${fromMs}`);
      }
    });
  }

  test('health checks are no end of a rest', () => {
    for (const seed of SEEDS) {
      const found = findRests(rises(seed, (second) => (second < 45 ? 20 : 0.2)));
      assert.equal(found.at(-1)?.toMs, 1000 * SECONDS, `seed ${seed}`);
      assert.equal(found.length, 1);
    }
  });

  test('a rest in the middle ends where traffic comes back', () => {
    for (const seed of SEEDS) {
      const found = findRests(rises(seed, (second) => (second >= 20 && second < 32 ? 0 : 50)));
      assert.deepEqual(found, [{ fromMs: 20_000, toMs: 32_000 }], `seed ${seed}`);
    }
  });

  test('steady traffic, waves and bursts have none', () => {
    const shapes: readonly ((second: number) => number)[] = [
      () => 2,
      () => 50,
      (second) => 30 * (1 + 0.7 * Math.sin((2 * Math.PI * second) / 17)),
      (second) => (second % 13 < 2 ? 90 : 12),
    ];
    let rested = 0;
    for (const shape of shapes) for (const seed of SEEDS) rested += findRests(rises(seed, shape)).length;
    // At 2 requests a second, silence of 8 s comes by chance about once in some hundred minutes.
    assert.ok(rested <= 1, String(rested));
  });

  test('nothing counted has no rests', () => {
    assert.deepEqual(findRests([]), []);
    assert.deepEqual(findRests(rises(3, () => 0)), []);
  });
});
