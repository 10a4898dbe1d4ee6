import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CallTree } from '../../src/cpu/call-tree.ts';
import { hottestFunctions, timeShares } from '../../src/cpu/function-times.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { profileOf, type Tick } from './profile-builder.ts';

const placeOf = createPlaceOf([], new Map());
const STACKS = [
  'main',
  'main;a',
  'main;a;b',
  'main;a;b;a',
  'main;b',
  'b;b;b',
  '(idle)',
  '(program)',
  '(garbage collector)',
];

function selfOf(tree: CallTree): Record<string, number> {
  return Object.fromEntries(hottestFunctions(tree, placeOf).map(({ name, selfUs }) => [name, selfUs]));
}

test('a sample stands for the time until the next one; the first delta counts from the start', () => {
  const ticks = [
    { atUs: 1300, stack: 'main' },
    { atUs: 2000, stack: 'main;work' },
    { atUs: 2100, stack: '(idle)' },
    { atUs: 2600, stack: '(garbage collector)' },
    { atUs: 2700, stack: '(program)' },
  ];
  const tree = mergeWindows([profileOf(ticks, 1000, 3000, 77)]);
  assert.deepEqual(selfOf(tree), { main: 700, work: 100 });
  assert.deepEqual(timeShares(tree), {
    activeUs: 1200,
    jsUs: 800,
    programUs: 300,
    gcUs: 100,
    idleUs: 500,
    unsampledUs: 0,
  });
});

test('samples out of order are put in order, time does not run backwards', () => {
  const inOrder = [
    { atUs: 100, stack: 'a' },
    { atUs: 200, stack: 'b' },
    { atUs: 300, stack: 'a' },
  ];
  const [first, second, third] = inOrder as [Tick, Tick, Tick];
  const tree = mergeWindows([profileOf([second, first, third], 0, 400)]);
  assert.deepEqual(selfOf(tree), selfOf(mergeWindows([profileOf(inOrder, 0, 400)])));
});

test('a hole (the process was stopped) belongs to no function', () => {
  const ticks = Array.from({ length: 100 }, (_, n) => ({ atUs: n * 10_000 + (n >= 50 ? 30e6 : 0), stack: 'main' }));
  const tree = mergeWindows([profileOf(ticks, 0, 31e6)]);
  assert.equal(timeShares(tree).jsUs, 99 * 10_000 - 10_000 + 250_000 + 10_000);
  assert.equal(timeShares(tree).unsampledUs, 30e6 + 10_000 - 250_000);
});

test('overlapping windows add up to what one long window says', () => {
  const ticksOf = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 2000 }), stack: fc.constantFrom(...STACKS) }), {
    minLength: 30,
    maxLength: 300,
  });
  fc.assert(
    fc.property(ticksOf, fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 9 }), (gaps, parts, overlap) => {
      let clock = 5000;
      const ticks = gaps.map(({ gap, stack }) => {
        clock += gap;
        return { atUs: clock, stack };
      });
      const whole = mergeWindows([profileOf(ticks, 5000, clock + 10)]);
      const length = Math.ceil(ticks.length / parts);
      const windows = Array.from({ length: parts }, (_, part) =>
        ticks.slice(part * length, (part + 1) * length + overlap),
      )
        .filter((window) => window.length > 0)
        .map((window, part) => {
          const isLast = window.at(-1) === ticks.at(-1);
          const end = isLast ? clock + 10 : (ticks[ticks.indexOf(window.at(-1) as Tick) + 1]?.atUs ?? clock);
          return profileOf(window, (window[0]?.atUs ?? 0) - 1, end, 1 + part * 1000);
        });
      const merged = mergeWindows(windows.toReversed());
      assert.deepEqual(selfOf(merged), selfOf(whole));
      assert.equal(merged.samples, whole.samples);
      assert.deepEqual(timeShares(merged), timeShares(whole));
    }),
  );
});

test('a range keeps the samples that were taken within it', () => {
  const ticks = Array.from({ length: 100 }, (_, n) => ({ atUs: n * 100, stack: n < 50 ? 'early' : 'late' }));
  const tree = mergeWindows([profileOf(ticks, 0, 10_000)], { fromUs: 4000, toUs: 6000 });
  assert.deepEqual(selfOf(tree), { early: 1000, late: 1000 });
});

test('nothing in, nothing out', () => {
  const tree = mergeWindows([]);
  assert.equal(tree.samples, 0);
  assert.deepEqual(hottestFunctions(tree, placeOf), []);
});
