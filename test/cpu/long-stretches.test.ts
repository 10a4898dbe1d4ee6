import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LongRunner, LongStretches } from '../../src/cpu/long-stretches.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { profileNodes } from '../../src/cpu/profile-nodes.ts';
import { profileOf, type Tick } from './profile-builder.ts';

const placeOf = createPlaceOf([], new Map());

/** Samples each 10 ms, told by what was on the stack: `20 handle;work` is twenty of them. */
function ticks(...runs: readonly string[]): Tick[] {
  let atUs = 0;
  return runs.flatMap((run) => {
    const [, count = '', stack = ''] = /^(\d+) (.*)$/.exec(run) ?? [];
    return Array.from({ length: Number(count) }, () => {
      atUs += 10_000;
      return { atUs, stack };
    });
  });
}

function stretchesOf(list: readonly Tick[]): LongRunner[] {
  const long = new LongStretches(placeOf);
  long.add(profileNodes(profileOf(list, 0, (list.at(-1)?.atUs ?? 0) + 10_000)));
  return long.runners();
}

test('a function that runs long is told with its lengths, collections in between counted', () => {
  const found = stretchesOf(
    ticks('5 (idle)', '8 handle;work', '2 (garbage collector)', '5 (idle)', '6 handle;work', '3 (idle)'),
  );
  assert.deepEqual(
    found.map(({ name, count, longestUs, totalUs }) => [name, count, longestUs, totalUs]),
    [['work', 2, 100_000, 160_000]],
  );
});

test('short turns with idle time between them are none', () => {
  assert.deepEqual(stretchesOf(ticks(...Array.from({ length: 50 }, () => ['2 handle;work', '1 (idle)']).flat())), []);
});

test('turns of different handlers one after the other are not one stretch', () => {
  assert.deepEqual(stretchesOf(ticks('3 first;work', '3 second;work', '3 third;work', '3 (idle)')), []);
});

test('a process that waits for a core, sampled once meanwhile, has no long stretch', () => {
  const waiting = [
    { atUs: 10_000, stack: '(idle)' },
    { atUs: 20_000, stack: 'handle;work' },
    { atUs: 220_000, stack: '(idle)' },
    ...Array.from({ length: 50 }, (_, i) => ({ atUs: 230_000 + i * 10_000, stack: '(idle)' })),
  ];
  assert.deepEqual(stretchesOf(waiting), []);
});

test('a stretch in which nobody stands out has no culprit', () => {
  assert.deepEqual(stretchesOf(ticks('3 handle;a', '3 handle;bb', '3 handle;ccc', '3 (idle)')), []);
});
