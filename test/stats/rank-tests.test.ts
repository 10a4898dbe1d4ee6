import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { driftTest } from '../../src/stats/drift.ts';
import { halfRatio } from '../../src/stats/half-ratio.ts';
import { holm } from '../../src/stats/holm.ts';
import { mannKendall } from '../../src/stats/mann-kendall.ts';
import { normalCdf, normalQuantile } from '../../src/stats/normal-distribution.ts';
import { median, quantile, robustDeviation } from '../../src/stats/order-statistics.ts';
import { varianceFactor } from '../../src/stats/persistence.ts';
import { theilSen } from '../../src/stats/theil-sen.ts';
import { timeToLimit } from '../../src/stats/time-to-limit.ts';
import { makeSeries, rateOver } from '../helpers/series.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

test('quantiles agree with the type 7 of R', () => {
  assert.equal(quantile([3, 1, 2, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4, 5], 0.1), 1.4);
  assert.ok(Number.isNaN(median([])));
  assert.ok(Math.abs(robustDeviation([1, 2, 3, 4, 5]) - 1.4826) < 1e-9);
});

test('a quantile lies between the extremes and does not care for order', () => {
  fc.assert(
    fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const q = quantile(values, share);
      return q >= Math.min(...values) && q <= Math.max(...values) && q === quantile([...values].reverse(), share);
    }),
  );
});

test('the normal distribution and its inverse', () => {
  assert.ok(Math.abs(normalCdf(1.96) - 0.975) < 1e-4);
  assert.ok(Math.abs(normalQuantile(0.975) - 1.96) < 1e-3);
  for (const z of [-3, -1, -0.2, 0, 0.7, 2.5]) assert.ok(Math.abs(normalQuantile(normalCdf(z)) - z) < 2e-3);
});

test('Mann-Kendall: S, ties and the variance of the formula', () => {
  const rising = mannKendall([[1, 2, 3, 4, 5]]);
  assert.equal(rising.s, 10);
  assert.ok(Math.abs(rising.variance - (5 * 4 * 15) / 18) < 1e-9);
  const tied = mannKendall([[1, 1, 2, 2, 2]]);
  assert.equal(tied.s, 6);
  assert.ok(Math.abs(tied.variance - (300 - 2 * 1 * 9 - 3 * 2 * 11) / 18) < 1e-9);
  assert.equal(mannKendall([[7, 7, 7]]).pRising, 1);
});

test('Mann-Kendall: turned around, S changes its sign', () => {
  fc.assert(
    fc.property(
      numbers,
      (values) => mannKendall([values]).s === -mannKendall([[...values].reverse()]).s || values.length < 2,
    ),
  );
});

test('the price of persistence: none for white noise, much for a walk', () => {
  const factorOf = (seed: number, persistence: number): number =>
    varianceFactor([makeSeries({ seed, points: 48, persistence }).map(({ y }) => y)]);
  const average = (persistence: number): number =>
    Array.from({ length: 100 }, (_, i) => factorOf(i + 1, persistence)).reduce((a, b) => a + b, 0) / 100;
  assert.ok(average(0) < 1.6, `white noise ${average(0)}`);
  // (1 + r) / (1 - r) for long series: 3 at 0.5, 9 at 0.8.
  assert.ok(average(0.5) > 2.2 && average(0.5) < 5, `0.5: ${average(0.5)}`);
  assert.ok(average(0.8) > 5, `0.8: ${average(0.8)}`);
});

test('at 5 %, persistent noise raises no more than some 7 % false alarms', () => {
  for (const persistence of [0, 0.5, 0.8]) {
    const rate = rateOver(400, (seed) => {
      const values = makeSeries({ seed, points: 48, persistence }).map(({ y }) => y);
      const line = theilSen([values.map((y, x) => ({ x, y }))]);
      const rest = values.map((y, x) => y - (line?.slope ?? 0) * x);
      return mannKendall([values], varianceFactor([rest])).pRising < 0.05;
    });
    assert.ok(rate <= 0.08, `persistence ${persistence}: ${(100 * rate).toFixed(1)} %`);
  }
});

test('the drift test: no alarm on walks, nor on one jump; certain of steady steps', () => {
  const walks = rateOver(500, (seed) => {
    let level = 0;
    const walk = makeSeries({ seed, points: 40, level: 0 }).map(({ y }) => {
      level += y;
      return level;
    });
    return driftTest([walk]) < 0.01;
  });
  assert.ok(walks <= 0.025, `${(100 * walks).toFixed(1)} %`);
  assert.ok(driftTest([[...new Array(20).fill(1), ...new Array(20).fill(50)]]) > 0.1);
  assert.ok(driftTest([Array.from({ length: 20 }, (_, i) => i + (i % 3) * 0.2)]) < 1e-4);
});

test('Theil-Sen does not follow wild points', () => {
  const points = makeSeries({ seed: 9, points: 40, noise: 0.5, shape: (share) => 20 * share }).map((point, i) =>
    i % 7 === 3 ? { ...point, y: 1000 } : point,
  );
  const line = theilSen([points]);
  assert.ok(line && Math.abs(line.slope - 20 / 39) < 0.08, String(line?.slope));
});

test('the half-ratio tells a line from growth that levels off', () => {
  const of = (shape: (share: number) => number): number =>
    halfRatio(makeSeries({ seed: 1, points: 60, noise: 0, shape })) ?? Number.NaN;
  assert.ok(Math.abs(of((share) => 10 * share) - 1) < 1e-9);
  assert.ok(of((share) => 10 * (1 - Math.exp(-share / 0.15))) < 0.2);
  assert.ok(of((share) => 10 * Math.min(1, share * 2)) < 0.05);
});

test('Holm: the textbook example, never below the raw value, in the order given', () => {
  assert.deepEqual(
    holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(4))),
    [0.03, 0.06, 0.06, 0.02],
  );
  assert.deepEqual(holm([]), []);
});

test('the time to a limit: now where it is passed, never where nothing grows, an interval else', () => {
  assert.deepEqual(timeToLimit(100, 200, { slope: 2, low: 1, high: 4 }), { expected: 50, soonest: 25, latest: 100 });
  assert.deepEqual(timeToLimit(100, 200, { slope: 2, low: -1, high: 4 }), { expected: 50, soonest: 25, latest: null });
  assert.equal(timeToLimit(300, 200, { slope: 2, low: 1, high: 4 }).expected, 0);
});
