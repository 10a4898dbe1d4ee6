import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONDITIONS } from '../bench/series/conditions.ts';
import { Driver, type Outcome } from '../bench/series/outcomes.ts';
import { SERIES_CLASSES } from '../bench/series/series-classes.ts';

/** A cut of `npm run bench:series`: every class, a short and a long run, calm and persistent noise. */
const CUT = CONDITIONS.filter(
  ({ length, noise, persistence }) =>
    ['2 h', '3 min'].includes(length.name) && noise === 0.03 && (persistence === 0.5 || persistence === 0.9),
);
const SEEDS = [5001, 6001];

const driver = new Driver();
const outcomes = SERIES_CLASSES.flatMap((seriesClass) =>
  CUT.flatMap((condition) => SEEDS.flatMap((seed) => driver.run({ seriesClass, condition, seed }))),
);
const healthy = outcomes.filter(({ seriesClass }) => !seriesClass.leaks);
const leaks = outcomes.filter(({ seriesClass, isWorthAWord }) => seriesClass.leaks && isWorthAWord);

function count(of: readonly Outcome[], isTrue: (outcome: Outcome) => boolean): string {
  return `${of.filter(isTrue).length} of ${of.length}`;
}

function share(of: readonly Outcome[], isTrue: (outcome: Outcome) => boolean): number {
  assert.ok(of.length >= 20, `${of.length} series are too few to say anything`);
  return of.filter(isTrue).length / of.length;
}

test('healthy series of all classes: at most 2 % are said to grow, hardly any is accused', () => {
  const said = healthy.filter(({ isAlarm }) => isAlarm).map(({ seriesClass }) => seriesClass.name);
  assert.ok(share(healthy, ({ isAlarm }) => isAlarm) <= 0.02, said.join(', '));
  assert.ok(
    share(healthy, ({ isAccused }) => isAccused) <= 0.01,
    count(healthy, ({ isAccused }) => isAccused),
  );
});

test('leaks that stand out by ten deviations: most are found', () => {
  const clear = leaks.filter(({ deviations }) => deviations >= 10);
  assert.ok(
    share(clear, ({ isAlarm }) => isAlarm) >= 0.85,
    count(clear, ({ isAlarm }) => isAlarm),
  );
});

test('the intervals of slope and time to the limit hold the truth in more than 85 %', () => {
  const sloped = leaks.filter(({ holdsSlope }) => holdsSlope !== null);
  assert.ok(
    share(sloped, ({ holdsSlope }) => holdsSlope === true) > 0.85,
    count(sloped, ({ holdsSlope }) => !!holdsSlope),
  );
  const timed = leaks.filter(({ holdsTime }) => holdsTime !== null);
  assert.ok(
    share(timed, ({ holdsTime }) => holdsTime === true) > 0.85,
    count(timed, ({ holdsTime }) => !!holdsTime),
  );
});
