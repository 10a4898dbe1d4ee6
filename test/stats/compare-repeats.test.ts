import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRepeats, type Repeats } from '../../src/stats/compare-repeats.ts';
import { studentQuantile, studentUpperTail } from '../../src/stats/student-t.ts';
import { rateOver, seededNormal } from '../helpers/series.ts';

test("quantiles of Student's t as tables have them", () => {
  const table: readonly (readonly [tail: number, degrees: number, t: number])[] = [
    [0.025, 1, 12.7062],
    [0.025, 4, 2.77645],
    [0.005, 10, 3.16927],
    [0.0005, 4, 8.6103],
    [0.05, 30, 1.69726],
    [0.025, 1000, 1.96234],
  ];
  for (const [tail, degrees, t] of table) {
    assert.ok(Math.abs(studentQuantile(tail, degrees) - t) < 1e-4 * t, `${tail} of ${degrees}`);
  }
  assert.equal(studentUpperTail(0, 7), 0.5);
  assert.ok(Math.abs(studentUpperTail(-2, 5) - (1 - 0.0509697)) < 1e-6);
});

const PRIOR = { deviation: 0.1, degrees: 4 };

function draw(normal: () => number, count: number, level: number, deviation: number): Repeats {
  return {
    values: Array.from({ length: count }, () => level + deviation * normal()),
    errors: new Array<number>(count).fill(0.001),
  };
}

test('runs that differ as usual are told apart as often as alpha says, whatever their number', () => {
  for (const count of [1, 3, 5]) {
    const falsePositives = rateOver(4000, (seed) => {
      const normal = seededNormal(seed);
      return compareRepeats(draw(normal, count, 1, 0.1), draw(normal, 1, 1, 0.1), PRIOR).pHigher < 0.01;
    });
    assert.ok(falsePositives <= 0.015, `${count} runs: ${falsePositives}`);
  }
});

test('runs that differ three times as much as usual are still hardly ever told apart', () => {
  const rate = (count: number): number =>
    rateOver(2000, (seed) => {
      const normal = seededNormal(seed);
      return compareRepeats(draw(normal, count, 1, 0.3), draw(normal, 1, 1, 0.3), PRIOR).pHigher < 0.001;
    });
  for (const count of [1, 3, 5]) assert.ok(rate(count) < 0.02, `${count} runs: ${rate(count)}`);
});

test('a true difference is found, and its interval holds the truth', () => {
  const found = rateOver(500, (seed) => {
    const normal = seededNormal(seed);
    return compareRepeats(draw(normal, 5, 1, 0.05), draw(normal, 1, 1.4, 0.05), PRIOR).pHigher < 0.01;
  });
  assert.ok(found >= 0.9, `${found}`);
  const covered = rateOver(2000, (seed) => {
    const normal = seededNormal(seed);
    const { low, high } = compareRepeats(draw(normal, 4, 1, 0.1), draw(normal, 2, 1.2, 0.1), PRIOR);
    return low <= 0.2 && high >= 0.2;
  });
  assert.ok(covered >= 0.93 && covered <= 0.99, `${covered}`);
});

test('a run that scatters widely inside itself is not believed to a hair', () => {
  const quiet = { values: [1, 1, 1], errors: [0.01, 0.01, 0.01] };
  const loud = { values: [1.4], errors: [0.8] };
  assert.ok(compareRepeats(quiet, loud, { deviation: 0.01, degrees: 4 }).pHigher > 0.05);
});
