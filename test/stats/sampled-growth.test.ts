import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SampledSize, sampledGrowth } from '../../src/stats/sampled-growth.ts';
import { seededRandom } from '../helpers/series.ts';

const INTERVAL = 32 * 1024;
const SEEDS = 4_000;
const ALPHA = 0.001;
const EVEN = 0.01;

function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); count += 1) product *= random();
  return count;
}

/** Objects that come at an even rate, of which a share survives from one reading to the next: a level. */
function level(mean: number, survival: number, readings: number, random: () => number): SampledSize[] {
  let alive = poisson(mean, random);
  return Array.from({ length: readings }, (_, i) => {
    if (i > 0) {
      let kept = 0;
      for (let left = alive; left > 0; left -= 1) if (random() < survival) kept += 1;
      alive = kept + poisson((1 - survival) * mean, random);
    }
    return sizeOf(1000 * (i + 1), alive);
  });
}

/** So many samples more a reading, which stay; `until`: none from there on. */
function leak(perReading: number, readings: number, random: () => number, until = readings): SampledSize[] {
  let alive = 0;
  return Array.from({ length: readings }, (_, i) => {
    if (i < until) alive += poisson(perReading, random);
    return sizeOf(1000 * (i + 1), alive);
  });
}

function sizeOf(x: number, samples: number): SampledSize {
  return { x, samples, bytes: samples * INTERVAL };
}

function shareOf(
  make: (random: () => number) => SampledSize[],
  test: (growth: ReturnType<typeof sampledGrowth>) => boolean,
): number {
  let count = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) if (test(sampledGrowth(make(seededRandom(seed))))) count += 1;
  return count / SEEDS;
}

test('a level rises by chance no oftener than the test says, whatever share of it survives between readings', () => {
  for (const mean of [4, 20, 150]) {
    for (const survival of [0, 0.3, 0.6, 0.9]) {
      for (const readings of [4, 8]) {
        const share = shareOf(
          (random) => level(mean, survival, readings, random),
          (growth) => growth !== null && growth.pRising <= 0.01,
        );
        assert.ok(share <= 0.015, `mean ${mean}, survival ${survival}, ${readings} readings: ${share}`);
      }
    }
  }
});

test('a level is not accused in 24,000 runs', () => {
  for (const mean of [12, 60])
    for (const survival of [0, 0.35, 0.7]) {
      const share = shareOf(
        (random) => level(mean, survival, 5, random),
        (growth) => growth !== null && growth.pRising <= ALPHA && growth.pEven >= EVEN,
      );
      assert.ok(share <= 0.001, `mean ${mean}, survival ${survival}: ${share}`);
    }
});

test('a leak of 30 samples is found, and its rate holds the truth in nineteen of twenty runs', () => {
  const found = shareOf(
    (random) => leak(6, 5, random),
    (growth) => growth !== null && growth.pRising <= ALPHA && growth.pEven >= EVEN,
  );
  assert.ok(found >= 0.9, `${found}`);
  const truth = (6 * INTERVAL) / 1000;
  const held = shareOf(
    (random) => leak(6, 5, random),
    (growth) => growth !== null && growth.low <= truth && growth.high >= truth,
  );
  assert.ok(held >= 0.95, `${held}`);
});

test('what is full after the first half is no even growth', () => {
  const even = shareOf(
    (random) => leak(25, 7, random, 3),
    (growth) => growth !== null && growth.pEven >= EVEN,
  );
  assert.ok(even <= 0.02, `${even}`);
});

test('requests that come unevenly make no even growth uneven', () => {
  const xs = [1000, 1200, 3000, 3010, 6000];
  const found = shareOf(
    (random) => {
      let alive = 0;
      return xs.map((x, i) => {
        alive += poisson((x - (xs[i - 1] ?? 0)) / 100, random);
        return sizeOf(x, alive);
      });
    },
    (growth) => growth !== null && growth.pRising <= ALPHA && growth.pEven >= EVEN && growth.windows === 3,
  );
  assert.ok(found >= 0.95, `${found}`);
});

test('nothing is said of fewer than three readings, or of nothing', () => {
  assert.equal(sampledGrowth([sizeOf(1, 3), sizeOf(2, 30)]), null);
  assert.equal(sampledGrowth([sizeOf(1, 0), sizeOf(2, 0), sizeOf(3, 0)]), null);
});
