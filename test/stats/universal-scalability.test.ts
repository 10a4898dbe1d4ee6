import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/scenario/random.ts';
import { fitScalability, type LoadPoint, throughputAt } from '../../src/stats/universal-scalability.ts';

interface Law {
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
}

const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128, 200, 300, 450, 600];

function measured(law: Law, noise: number, levels: readonly number[] = LEVELS, seed = 5): LoadPoint[] {
  const random = seededRandom(seed);
  return levels.map((load) => ({ load, throughput: throughputAt(law, load) * (1 + noise * (2 * random() - 1)) }));
}

test('the parameters that made the levels are found again', () => {
  const law = { lambda: 40, sigma: 0.02, kappa: 1e-5 };
  const fit = fitScalability(measured(law, 0));
  assert.ok(fit.kind === 'fitted');
  assert.ok(
    Math.abs(fit.sigma / law.sigma - 1) < 0.05 && Math.abs(fit.kappa / law.kappa - 1) < 0.05,
    JSON.stringify(fit),
  );
  assert.ok(Math.abs((fit.peakLoad ?? 0) / Math.sqrt((1 - law.sigma) / law.kappa) - 1) < 0.03, JSON.stringify(fit));
});

test('with noise of up to 5 % the peak is found, where the levels pass it', () => {
  const peaks = Array.from({ length: 99 }, (_, seed) => {
    const fit = fitScalability(measured({ lambda: 40, sigma: 0.02, kappa: 1e-5 }, 0.05, LEVELS, seed));
    return fit.kind === 'fitted' ? (fit.peakLoad ?? Number.POSITIVE_INFINITY) / 313 : 0;
  }).sort((a, b) => a - b);
  const [low = 0, middle = 0, high = 0] = [5, 49, 93].map((at) => peaks[at]);
  assert.ok(low > 0.75 && Math.abs(middle - 1) < 0.05 && high < 1.35, JSON.stringify([low, middle, high]));
});

test('a peak that no level passes is not told', () => {
  const fit = fitScalability(measured({ lambda: 40, sigma: 0.05, kappa: 1e-7 }, 0));
  assert.ok(fit.kind === 'fitted' && fit.peakLoad === null, JSON.stringify(fit));
});

test('it refuses what would be a guess, and says why', () => {
  const reason = (points: Parameters<typeof fitScalability>[0]): string => {
    const fit = fitScalability(points);
    return fit.kind === 'refused' ? fit.reason : 'fitted';
  };
  assert.match(reason(measured({ lambda: 40, sigma: 0.1, kappa: 0 }, 0, [1, 2, 4, 8, 16])), /5 levels are too few/);
  assert.match(reason(measured({ lambda: 40, sigma: 0.1, kappa: 0 }, 0, [100, 110, 120, 130, 140, 150])), /4 times/);
  assert.match(reason(LEVELS.map((load) => ({ load, throughput: 3 * load }))), /in proportion/);
  const cliff = LEVELS.map((load) => ({ load, throughput: load < 200 ? load : 3 }));
  assert.match(reason(cliff), /does not follow the law/);
});
