import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildFlame } from '../../src/cpu/build-flame.ts';
import type { CallTree } from '../../src/cpu/call-tree.ts';
import { hottestFunctions } from '../../src/cpu/function-times.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { depthWithin } from '../../src/cpu/stack-depth.ts';
import { formatCollapsedStacks } from '../../src/format/collapsed-stacks.ts';
import { formatSpeedscope } from '../../src/format/speedscope.ts';
import { stacksOf } from '../../src/format/walk-flame.ts';
import type { FlameNode } from '../../src/model/flame.ts';
import { profileOf, type Tick } from './profile-builder.ts';

const placeOf = createPlaceOf([], new Map());
const ticks = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 1000 }),
      stack: fc.array(fc.constantFrom('a', 'bb', 'ccc', 'dddd'), { maxLength: 8 }).map((names) => names.join(';')),
    }),
    { maxLength: 60 },
  )
  .map((gaps) => {
    let atUs = 0;
    return gaps.map(({ gap, stack }) => {
      atUs += gap;
      return { atUs, stack };
    });
  });

/** Straight from the definition: every sample gives its time to the function on top and to each function on the stack. */
function slowTimes(samples: readonly Tick[], endUs: number): Map<string, { selfUs: number; totalUs: number }> {
  const times = new Map<string, { selfUs: number; totalUs: number }>();
  samples.forEach(({ atUs, stack }, index) => {
    const us = (samples[index + 1]?.atUs ?? endUs) - atUs;
    const names = stack.split(';').filter(Boolean);
    for (const name of new Set(names)) {
      const { selfUs, totalUs } = times.get(name) ?? { selfUs: 0, totalUs: 0 };
      times.set(name, { selfUs: selfUs + (name === names.at(-1) ? us : 0), totalUs: totalUs + us });
    }
  });
  return times;
}

function treeOf(samples: readonly Tick[], endUs: number): CallTree {
  return mergeWindows([profileOf(samples, 0, endUs)]);
}

test('self and total times are those of the slow reference; recursion counts once', () => {
  fc.assert(
    fc.property(ticks, (samples) => {
      const endUs = (samples.at(-1)?.atUs ?? 0) + 50;
      const expected = slowTimes(samples, endUs);
      const found = hottestFunctions(treeOf(samples, endUs), placeOf);
      assert.equal(found.length, expected.size);
      for (const { name, selfUs, totalUs } of found) assert.deepEqual({ selfUs, totalUs }, expected.get(name));
    }),
  );
});

test('in every node of a flame graph value = self + children, however much is left out', () => {
  const limits = fc.record({
    minShare: fc.constantFrom(0, 0.01, 0.2),
    maxNodes: fc.integer({ min: 1, max: 40 }),
    maxDepth: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(ticks, limits, (samples, limit) => {
      const endUs = (samples.at(-1)?.atUs ?? 0) + 50;
      const tree = treeOf(samples, endUs);
      const root = buildFlame(tree, placeOf, limit);
      assert.equal(
        root.value,
        tree.selfUs.reduce((sum, us) => sum + us, 0),
      );
      let drawn = 0;
      const pending: FlameNode[] = [root];
      for (let node = pending.pop(); node; node = pending.pop()) {
        assert.equal(
          node.value,
          node.children.reduce((sum, child) => sum + child.value, node.self),
        );
        if (node.name !== '(other)') drawn += 1;
        pending.push(...node.children);
      }
      assert.ok(drawn <= limit.maxNodes + 1);
    }),
  );
});

test('a stack 20,000 calls deep', () => {
  const deep = Array.from({ length: 20_000 }, (_, n) => (n % 2 ? 'odd' : 'even')).join(';');
  const samples = [
    { atUs: 0, stack: deep },
    { atUs: 100, stack: 'even;odd' },
  ];
  const tree = treeOf(samples, 150);
  assert.deepEqual(
    hottestFunctions(tree, placeOf).map(({ name, selfUs, totalUs }) => [name, selfUs, totalUs]),
    [
      ['odd', 150, 150],
      ['even', 0, 150],
    ],
  );
  const flame = buildFlame(tree, placeOf);
  assert.equal(flame.value, 150);
  assert.ok(JSON.stringify(flame).includes('(other)'));
  assert.ok([...formatCollapsedStacks(flame)].length > 0);
});

test('stacks that are repeated for every sample are kept as deep as all of them together fit', () => {
  const deep = Array.from({ length: 300 }, (_, n) => 'f;'.repeat(n + 1));
  const tree = treeOf(
    deep.map((stack, n) => ({ atUs: n, stack })),
    300,
  );
  const { depth, deepest } = depthWithin(tree.parentOf, 1000);
  assert.deepEqual([depth, deepest], [44, 300]);
  const flame = buildFlame(tree, placeOf, { minShare: 0, maxNodes: Infinity, maxDepth: depth });
  const stacks = Array.from(stacksOf(flame), ({ stack, self }) => ({ frames: stack.length, self }));
  assert.ok(stacks.reduce((sum, { frames }) => sum + frames, 0) < 1100);
  assert.equal(
    stacks.reduce((sum, { self }) => sum + self, 0),
    300,
  );
  assert.deepEqual(depthWithin(tree.parentOf, 1e9), { depth: 300, deepest: 300 });
  assert.deepEqual(depthWithin([-1], 10), { depth: 0, deepest: 0 });
});

test('collapsed stacks and speedscope say the same as the flame graph', () => {
  const samples = [
    { atUs: 0, stack: 'main;work' },
    { atUs: 300, stack: 'main' },
    { atUs: 400, stack: '(idle)' },
    { atUs: 450, stack: 'main;bad;name' },
  ];
  const flame = buildFlame(treeOf(samples, 500), placeOf);
  assert.equal(
    [...formatCollapsedStacks(flame)].join(''),
    [
      'main (/app/a.js:5) 100',
      'main (/app/a.js:5);work (/app/a.js:5) 300',
      'main (/app/a.js:5);bad (/app/a.js:4);name (/app/a.js:5) 50',
      '',
    ].join('\n'),
  );
  const { shared, profiles } = JSON.parse(
    [...formatSpeedscope({ root: flame, timeline: null, title: 'run', unit: 'microseconds' }, 'profiler 0.1.0')].join(
      '',
    ),
  );
  assert.equal(profiles[0].endValue, 450);
  assert.deepEqual(
    profiles[0].events.map(
      ({ type, frame, at }: { type: string; frame: number; at: number }) =>
        `${at} ${type} ${shared.frames[frame].name}`,
    ),
    ['0 O main', '100 O work', '400 C work', '400 O bad', '400 O name', '450 C name', '450 C bad', '450 C main'],
  );
  const hostile: FlameNode = { name: 'a;b\nc 7', place: null, value: 3, self: 3, children: [] };
  assert.deepEqual(
    [...formatCollapsedStacks({ ...hostile, name: '(root)', self: 0, children: [hostile] })],
    ['a:b c 7 3\n'],
  );
});
