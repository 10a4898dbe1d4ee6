import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocationGrowth, allocationSites } from '../../src/cpu/allocation-sites.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import type { HeapProfileNode } from '../../src/model/profiles.ts';
import { frame } from './profile-builder.ts';

const placeOf = createPlaceOf([], new Map());

function node(name: string, selfSize: number, children: HeapProfileNode[] = [], id = 0): HeapProfileNode {
  return { callFrame: frame(name), selfSize, id, children };
}

test('sites are told apart by their stack; frames without a file do not count', () => {
  const profile = {
    head: node('(root)', 16, [
      node('handle', 0, [node('native push', 300, [], 5), node('make', 100, [node('native Array', 50, [], 7)], 6)]),
      node('boot', 0, [node('make', 40, [], 8)]),
    ]),
    samples: [
      { size: 300, nodeId: 5, ordinal: 1 },
      { size: 60, nodeId: 6, ordinal: 2 },
      { size: 40, nodeId: 6, ordinal: 3 },
      { size: 50, nodeId: 7, ordinal: 4 },
    ],
  };
  assert.deepEqual(
    allocationSites(profile, placeOf).map(({ stack, bytes, samples }) => [
      stack.map((place) => place.function).join(' < '),
      bytes,
      samples,
    ]),
    [
      ['handle', 300, 1],
      ['make < handle', 150, 3],
      ['make < boot', 40, 0],
      ['', 16, 0],
    ],
  );
});

test('growth is taken stack by stack', () => {
  const before = { head: node('(root)', 0, [node('steady', 500), node('leak', 100), node('shrinks', 900)]) };
  const after = { head: node('(root)', 0, [node('steady', 500), node('leak', 400), node('fresher', 100)]) };
  assert.deepEqual(
    allocationGrowth(before, after, placeOf).map(({ stack, beforeBytes, bytes, shareOfGrowth, samples }) => [
      stack[0]?.function,
      beforeBytes,
      bytes,
      shareOfGrowth,
      samples,
    ]),
    [
      ['leak', 100, 400, 0.75, null],
      ['fresher', 0, 100, 0.25, null],
    ],
  );
});

test('a stack 20,000 calls deep', () => {
  let deep = node('leaf', 8);
  for (let depth = 0; depth < 20_000; depth += 1) deep = node('again', 0, [deep]);
  const [site] = allocationSites({ head: deep }, placeOf);
  assert.equal(site?.bytes, 8);
  assert.equal(site?.stack.length, 32);
});
