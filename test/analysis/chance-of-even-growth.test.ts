import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STEADY } from '../../src/analysis/leak-thresholds.ts';
import { seededRandom } from '../helpers/series.ts';

/** How often moments drawn evenly from a course that goes up and down look like a leak: up each time, by about as much. */
function shareThatLooksLikeALeak(intervals: number, draws: number): number {
  const random = seededRandom(intervals);
  let found = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const counts = Array.from({ length: intervals + 1 }, random);
    const gains = counts.slice(1).map((count, i) => count - counts[i]!);
    const least = Math.min(...gains);
    if (least > 0 && least / Math.max(...gains) >= STEADY) found += 1;
  }
  return found / draws;
}

test('what goes up and down by itself grows evenly by chance: once in 42 times through two intervals, in 1,344 through three', () => {
  // Exactly: two gains in order (1 in 6) within three quarters of each other (1 in 7).
  const two = shareThatLooksLikeALeak(2, 200_000);
  assert.ok(Math.abs(two * 42 - 1) < 0.1, `1 in ${1 / two}`);
  const three = shareThatLooksLikeALeak(3, 1_000_000);
  assert.ok(Math.abs(three * 1344 - 1) < 0.15, `1 in ${1 / three}`);
});
