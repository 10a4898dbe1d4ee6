import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedBy } from '../../src/stats/bounded.ts';
import { testLine } from '../../src/stats/few-points.ts';
import { judgeTrend } from '../../src/stats/judge-trend.ts';
import { measureTrend } from '../../src/stats/trend.ts';
import { makeSeries, seededNormal } from '../helpers/series.ts';

const MB = 1e6;
/** Sizes of a live heap after five forced collections, over the requests served; it leaked 1,100 MB/h and was called flat. */
const SEEN = [
  { x: 0, y: 8.1 * MB },
  { x: 340, y: 10.8 * MB },
  { x: 595, y: 12.8 * MB },
  { x: 770, y: 14.1 * MB },
  { x: 1500, y: 20 * MB },
];
const LIMITS = { leastShare: 0.01, leastGrowth: 100_000 };

test('five points on a line are growth where they have next to no noise, and are not called flat where they may have', () => {
  const calm = measureTrend([SEEN], 2, { isCalm: true });
  assert.ok(calm && calm.rSquared > 0.99);
  assert.equal(judgeTrend(calm, { ...LIMITS, p: Math.min(1, 4 * calm.pRising) }), 'growing');
  const noisy = measureTrend([SEEN], 2);
  assert.ok(noisy);
  assert.equal(judgeTrend(noisy, { ...LIMITS, p: Math.min(1, 4 * noisy.pRising) }), 'flat');
  assert.equal(boundedBy(noisy, 100_000).isBounded, false);
});

test('the exact test counts the orders that rise as much', () => {
  const points = [1, 2, 3, 4, 5].map((y, x) => ({ x, y }));
  assert.equal(testLine(points).pOrder, 1 / 120);
  const mixed = [1, 3, 2, 4].map((y, x) => ({ x, y }));
  // Of the 24 orders of four values, this one and 1 2 3 4 and two more with one neighbouring pair exchanged are as large.
  assert.equal(testLine(mixed).pOrder, 4 / 24);
  assert.ok(testLine(points.toReversed().map(({ y }, x) => ({ x, y }))).pOrder === 1);
});

test('noise alone hardly ever passes for a line of few points', () => {
  let alarms = 0;
  for (let seed = 1; seed <= 400; seed += 1) {
    for (const points of [5, 7, 9]) {
      const series = makeSeries({ seed, points, level: 20, noise: 1, persistence: 0.5 });
      const trend = measureTrend([series], 2, { isCalm: true });
      if (trend && judgeTrend(trend, { ...LIMITS, leastGrowth: 0.1, p: Math.min(1, 2 * trend.pRising) }) === 'growing')
        alarms += 1;
    }
  }
  assert.ok(alarms <= 6, `${alarms} of 1200`);
});

test('"does not grow" needs an upper bound; else the length that would tell is said, and tells', () => {
  const normal = seededNormal(5);
  const flat = (points: number, noise: number) =>
    measureTrend([Array.from({ length: points }, (_, i) => ({ x: 1000 * i, y: 20 + noise * normal() }))]);
  const calm = flat(40, 0.1);
  assert.ok(calm && boundedBy(calm, 0.1).isBounded);
  const short = flat(6, 3);
  assert.ok(short);
  const { isBounded, tellsAfterMs } = boundedBy(short, 0.1);
  assert.equal(isBounded, false);
  assert.ok((tellsAfterMs ?? 0) >= 1.5 * short.span);
  const longer = flat(Math.ceil((2 * (tellsAfterMs ?? 0)) / 1000), 3);
  assert.ok(longer && boundedBy(longer, 0.1).isBounded);
});
