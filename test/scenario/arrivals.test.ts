import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelAt, scheduleArrivals } from '../../src/scenario/arrivals.ts';
import { seededRandom } from '../../src/scenario/random.ts';
import type { OpenLoad, Stage } from '../../src/scenario/scenario.ts';

function moments(load: Partial<OpenLoad> & { stages: readonly Stage[] }, limit = 100_000): number[] {
  const arrivals = scheduleArrivals(
    { model: 'open', arrivals: 'constant', users: 1, durationMs: null, ...load },
    seededRandom(11),
  );
  const found: number[] = [];
  for (let at = arrivals.next(); at !== null && found.length < limit; at = arrivals.next()) found.push(at);
  return found;
}

test('constant arrivals stand on the grid, far from the start too', () => {
  const found = moments({ stages: [{ level: 300, durationMs: null }], durationMs: 60_000 });
  assert.equal(found.length, 18_000);
  found.forEach((at, k) => {
    assert.ok(Math.abs(at - (k * 1000) / 300) < 1e-6, `${k}: ${at}`);
  });
});

test('a ramp has as many arrivals as the area under it, in order, each where the integral reaches k', () => {
  const stages = [
    { level: 50, durationMs: 2000 },
    { level: 400, durationMs: 10_000 },
    { level: 0, durationMs: 4000 },
  ];
  const found = moments({ stages, durationMs: 16_000 });
  // 50/s for 2 s, then the mean of 50 and 400 for 10 s, then 200 for 4 s.
  assert.ok(Math.abs(found.length - (100 + 2250 + 800)) <= 1, String(found.length));
  // Integral by small steps, as a slow but plain reference.
  let area = 0;
  let k = 0;
  for (let ms = 0; ms < 16_000; ms += 0.1) {
    while (k < found.length && (found[k] ?? 0) <= ms) {
      assert.ok(Math.abs(area - k) < 0.1, `arrival ${k} at ${found[k]}, integral ${area}`);
      k++;
    }
    area += (levelAt(stages, ms + 0.05) / 1000) * 0.1;
  }
});

test('a ramp from 0 and one to 0 for ever', () => {
  const found = moments({
    stages: [
      { level: 0, durationMs: 1000 },
      { level: 10, durationMs: 1000 },
      { level: 0, durationMs: 1000 },
    ],
  });
  assert.ok(found.length >= 10 && found.length <= 11, String(found.length));
  assert.ok(found.every((at) => at >= 1000 && at <= 3000));
});

test('Poisson arrivals keep the rate and have exponential gaps', () => {
  const found = moments({ stages: [{ level: 100, durationMs: null }], arrivals: 'poisson', durationMs: 200_000 });
  assert.ok(Math.abs(found.length - 20_000) < 5 * Math.sqrt(20_000), String(found.length));
  const gaps = found.slice(1).map((at, i) => at - (found[i] ?? 0));
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((a, b) => a + (b - mean) ** 2, 0) / gaps.length);
  assert.ok(Math.abs(deviation / mean - 1) < 0.05, `coefficient of variation ${deviation / mean}`);
});

test('levels move linearly and the last one holds', () => {
  const stages = [
    { level: 10, durationMs: 1000 },
    { level: 20, durationMs: 1000 },
  ];
  assert.deepEqual(
    [0, 999, 1500, 2000, 9000].map((at) => levelAt(stages, at)),
    [10, 10, 15, 20, 20],
  );
  assert.equal(levelAt([{ level: 7, durationMs: null }], 1e9), 7);
});
