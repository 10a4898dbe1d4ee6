import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeTrend, type TrendVerdict } from '../../src/stats/judge-trend.ts';
import { measureTrend } from '../../src/stats/trend.ts';
import { makeSeries, rateOver, type SeriesPlan } from '../helpers/series.ts';

const SEEDS = 200;

function verdictOf(plan: SeriesPlan): TrendVerdict | null {
  const trend = measureTrend([makeSeries(plan)]);
  return trend && judgeTrend(trend, { p: trend.pRising });
}

function rateOf(verdicts: readonly TrendVerdict[], plan: Omit<SeriesPlan, 'seed'>, firstSeed = 1): number {
  return rateOver(
    SEEDS,
    (seed) => {
      const verdict = verdictOf({ ...plan, seed });
      return verdict !== null && verdicts.includes(verdict);
    },
    firstSeed,
  );
}

describe('false alarms', () => {
  const shapes: readonly (readonly [string, Omit<SeriesPlan, 'seed'>])[] = [
    ['no noise at all', { points: 48, noise: 0 }],
    ['white noise', { points: 48, noise: 3 }],
    ['persistence 0.5', { points: 48, noise: 3, persistence: 0.5 }],
    ['persistence 0.8', { points: 48, noise: 3, persistence: 0.8 }],
    ['a short run', { points: 18, noise: 5, persistence: 0.3 }],
    ['very few points', { points: 7, noise: 5 }],
    ['a wave', { points: 48, noise: 1, shape: (share) => 8 * Math.sin(share * 12 * Math.PI) }],
    ['a sawtooth', { points: 60, noise: 1, shape: (share) => 10 * ((share * 7.5) % 1) }],
    ['spikes', { points: 48, noise: 1, shape: (share) => (Math.round(share * 47) % 11 === 10 ? 40 : 0) }],
    ['warm-up that ends at a tenth', { points: 48, noise: 1, shape: (share) => -20 * Math.exp(-share / 0.05) }],
    ['a cache that fills by a third', { points: 48, noise: 1, shape: (share) => 30 * Math.min(1, share * 3) }],
    ['a step in the middle', { points: 48, noise: 1, shape: (share) => (share > 0.5 ? 20 : 0) }],
    ['a late step', { points: 48, noise: 1, shape: (share) => (share > 0.8 ? 20 : 0) }],
    ['a fall', { points: 48, noise: 1, shape: (share) => -20 * share }],
  ];
  for (const [name, plan] of shapes) {
    test(`${name}: at most 2 % grow`, () => {
      const rate = rateOf(['growing'], plan);
      assert.ok(rate <= 0.02, `${(100 * rate).toFixed(1)} % called growing`);
    });
  }
});

test('nearly a random walk: at most 5 % grow', () => {
  const rate = rateOf(['growing'], { points: 48, noise: 5, persistence: 0.95 });
  assert.ok(rate <= 0.05, `${(100 * rate).toFixed(1)} % called growing`);
});

describe('what grows is found', () => {
  const shapes: readonly (readonly [string, Omit<SeriesPlan, 'seed'>])[] = [
    ['a line of ten deviations', { points: 48, noise: 1, shape: (share) => 10 * share }],
    ['a line under persistent noise', { points: 48, noise: 1, persistence: 0.5, shape: (share) => 12 * share }],
    ['a line of few points', { points: 9, noise: 0.5, shape: (share) => 10 * share }],
    [
      'a smooth line that bends a little',
      { points: 24, noise: 0.01, shape: (share) => 20 * (share - 0.15 * share ** 2) },
    ],
    [
      'a leak under a wave',
      { points: 48, noise: 0.5, shape: (share) => 15 * share + 4 * Math.sin(share * 12 * Math.PI) },
    ],
    ['a leak that starts late', { points: 48, noise: 0.5, shape: (share) => 30 * Math.max(0, share - 0.5) }],
  ];
  for (const [name, plan] of shapes) {
    test(`${name}: at least 90 %`, () => {
      const rate = rateOf(['growing'], plan, 1000);
      assert.ok(rate >= 0.9, `${(100 * rate).toFixed(1)} % found`);
    });
  }
});

test('a step is called a step, and a filling cache a plateau', () => {
  const step = rateOf(['step'], { points: 48, noise: 1, shape: (share) => (share > 0.6 ? 20 : 0) });
  assert.ok(step >= 0.95, `step ${step}`);
  const plateau = rateOf(['plateau'], { points: 48, noise: 0.5, shape: (share) => 30 * (1 - Math.exp(-share / 0.15)) });
  assert.ok(plateau >= 0.95, `plateau ${plateau}`);
});

test('two steps are no growth, up, down or persistent; a leak that stops is a plateau', () => {
  for (const persistence of [0, 0.5, 0.8]) {
    const up = {
      points: 48,
      noise: 1,
      persistence,
      shape: (share: number) => 8 * (Number(share > 0.3) + Number(share > 0.7)),
    };
    assert.ok(rateOf(['growing'], up) <= 0.02, `persistence ${persistence}`);
  }
  const back = { points: 48, noise: 1, shape: (share: number) => (share > 0.3 && share < 0.7 ? 15 : 0) };
  assert.ok(rateOf(['growing', 'step'], back) <= 0.02);
  const stopped = { points: 48, noise: 1, shape: (share: number) => 30 * Math.min(1, share / 0.6) };
  assert.ok(rateOf(['plateau'], stopped) >= 0.95);
});

test('the interval of the slope holds the truth in nine of ten runs, persistent noise or not', () => {
  for (const persistence of [0, 0.5, 0.8]) {
    const rate = rateOver(SEEDS, (seed) => {
      const trend = measureTrend([
        makeSeries({ seed, points: 48, noise: 1, persistence, shape: (share) => 10 * share }),
      ]);
      const truth = 10 / 47;
      return trend !== null && trend.low <= truth && truth <= trend.high;
    });
    assert.ok(rate >= 0.88, `persistence ${persistence}: ${(100 * rate).toFixed(1)} %`);
  }
});

test('shifting and scaling a series scales its trend and nothing else', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const points = makeSeries({ seed, points: 40, noise: 2, persistence: 0.4, shape: (share) => 6 * share });
    const one = measureTrend([points]);
    const other = measureTrend([points.map(({ x, y }) => ({ x: 5 * x + 1000, y: 1e6 * y + 3e7 }))]);
    assert.ok(one && other);
    assert.ok(Math.abs(other.slope / (one.slope * 2e5) - 1) < 1e-6);
    assert.ok(Math.abs(other.pRising - one.pRising) < 1e-6);
    assert.equal(other.shape.kind, one.shape.kind);
  }
});

test('pieces are compared inside themselves: a jump between them is no growth, a common slope is', () => {
  const flat = measureTrend([
    makeSeries({ seed: 3, points: 20, level: 100 }),
    makeSeries({ seed: 4, points: 20, level: 200 }).map(({ x, y }) => ({ x: x + 30, y })),
  ]);
  assert.ok(flat && judgeTrend(flat, { p: flat.pRising }) === 'flat');
  const rising = measureTrend([
    makeSeries({ seed: 5, points: 20, noise: 0.3, level: 200, shape: (share) => 10 * share }),
    makeSeries({ seed: 6, points: 20, noise: 0.3, level: 100, shape: (share) => 10 * share }).map(({ x, y }) => ({
      x: x + 30,
      y,
    })),
  ]);
  assert.ok(rising && judgeTrend(rising, { p: rising.pRising }) === 'growing');
});

test('fewer than five points are no trend', () => {
  assert.equal(measureTrend([makeSeries({ seed: 1, points: 4 })]), null);
  assert.equal(measureTrend([]), null);
});

test('the smallest slope that is announced is found in nine of ten runs', () => {
  const plan = { points: 48, noise: 2, persistence: 0.3 };
  const announced = measureTrend([makeSeries({ ...plan, seed: 77 })])?.smallestSlope ?? 0;
  const rate = rateOver(SEEDS, (seed) => {
    const trend = measureTrend([makeSeries({ ...plan, seed, shape: (share) => announced * 47 * share })]);
    return trend !== null && trend.pRising <= 0.01;
  });
  assert.ok(rate >= 0.75, `${(100 * rate).toFixed(1)} %`);
});
