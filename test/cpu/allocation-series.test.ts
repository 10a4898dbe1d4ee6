import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocationSeries } from '../../src/cpu/allocation-series.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import type { HeapProfileNode, SamplingHeapProfile } from '../../src/model/profiles.ts';
import { frame } from './profile-builder.ts';

const placeOf = createPlaceOf([], new Map());

/** A chain of calls with what lives of what the last of them allocated, in samples of a kilobyte. */
interface Stack {
  readonly calls: readonly string[];
  readonly samples: number;
}

function profileOf(stacks: readonly Stack[]): SamplingHeapProfile {
  const samples: { size: number; nodeId: number; ordinal: number }[] = [];
  const children = stacks.map(({ calls, samples: count }, id) => {
    for (let i = 0; i < count; i += 1) samples.push({ size: 1, nodeId: id + 1, ordinal: samples.length });
    return [...calls].reverse().reduce<HeapProfileNode[]>(
      (below, name) => [
        {
          callFrame: frame(name),
          selfSize: below.length === 0 ? 1000 * count : 0,
          id: below.length === 0 ? id + 1 : 0,
          children: below,
        },
      ],
      [],
    );
  });
  return { head: { callFrame: frame('(root)'), selfSize: 0, id: 0, children: children.flat() }, samples };
}

const seriesOf = (readings: readonly (readonly Stack[])[]) =>
  allocationSeries(readings.map(profileOf), placeOf).map(({ place, sizes }) => [
    place.function,
    sizes.map(({ samples }) => samples),
  ]);

test('what V8 puts to the calling function once it has inlined the other stays one series', () => {
  const reading = (inner: number, outer: number): Stack[] => [
    { calls: ['handle', 'search', 'Search'], samples: inner },
    { calls: ['handle', 'search'], samples: outer },
  ];
  assert.deepEqual(seriesOf([reading(20, 0), reading(30, 20), reading(30, 50)]), [['search', [20, 50, 80]]]);
});

test('a function that allocates nothing that stays is not made the owner of what it calls', () => {
  const reading = (kept: number, level: number): Stack[] => [
    { calls: ['handle', 'search'], samples: kept },
    { calls: ['handle'], samples: level },
  ];
  const series = seriesOf([reading(10, 5), reading(40, 6), reading(70, 4)]);
  assert.deepEqual(new Map(series as [string, number[]][]).get('search'), [10, 40, 70]);
});

test('a helper of several callers is a series of its own', () => {
  const reading = (a: number, b: number): Stack[] => [
    { calls: ['orders', 'copy'], samples: a },
    { calls: ['prices', 'copy'], samples: b },
    { calls: ['orders'], samples: a },
  ];
  const series = new Map(seriesOf([reading(5, 5), reading(40, 40), reading(80, 80)]) as [string, number[]][]);
  assert.deepEqual(series.get('copy'), [10, 80, 160]);
});
