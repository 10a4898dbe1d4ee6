import assert from 'node:assert/strict';
import { test } from 'node:test';
import { autoregressiveFit } from '../../src/stats/autoregressive-fit.ts';
import { leastSquares } from '../../src/stats/least-squares.ts';
import { median } from '../../src/stats/order-statistics.ts';
import { makeSeries } from '../helpers/series.ts';

const OPTIONS = { persists: true, floor: 1e-18 };
const regressorOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('without persistence it is plain least squares', () => {
  const points = makeSeries({ seed: 4, points: 60, noise: 2, shape: (share) => 30 * share });
  const fit = autoregressiveFit(points, regressorOf(60), { ...OPTIONS, persists: false });
  const plain = leastSquares(points);
  assert.ok(Math.abs(fit.coefficient - plain.slope) < 1e-9);
  assert.ok(Math.abs(fit.intercept - plain.intercept) < 1e-7);
  assert.equal(fit.persistence, 0);
});

test('persistence and slope of a long series are found again', () => {
  for (const persistence of [0, 0.5, 0.8]) {
    const points = makeSeries({ seed: 11, points: 2000, noise: 1, persistence, shape: (share) => 20 * share });
    const fit = autoregressiveFit(points, regressorOf(2000), OPTIONS);
    assert.ok(Math.abs(fit.persistence - persistence) < 0.06, `${fit.persistence}, not ${persistence}`);
    assert.ok(Math.abs(fit.coefficient * 1999 - 20) < 1.5, String(fit.coefficient * 1999));
  }
});

test('a wander explains itself: by plain least squares a line gains much there, with persistence little', () => {
  const gainOf = (seed: number, persists: boolean): number => {
    const points = makeSeries({ seed, points: 48, noise: 1, persistence: 0.9 });
    const options = { ...OPTIONS, persists };
    const constant = autoregressiveFit(points, null, options);
    return constant.deviance - autoregressiveFit(points, regressorOf(48), options).deviance;
  };
  const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
  const [plain, persistent] = [false, true].map((persists) => median(seeds.map((seed) => gainOf(seed, persists))));
  assert.ok((plain ?? 0) > 5, `plain ${plain}`);
  assert.ok((persistent ?? 9) < 3, `persistent ${persistent}`);
});

test('a large level does not cost the digits of a small change', () => {
  const small = makeSeries({ seed: 8, points: 40, noise: 0.1, shape: (share) => share });
  const large = small.map(({ x, y }) => ({ x, y: y + 1e9 }));
  const [a, b] = [small, large].map((points) => autoregressiveFit(points, regressorOf(40), OPTIONS).coefficient);
  assert.ok(Math.abs((a ?? 0) - (b ?? 1)) < 1e-5);
});
