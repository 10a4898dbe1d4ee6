import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFirefoxProfile } from '../../src/format/firefox-profile.ts';
import type { FlameTimeline } from '../../src/model/flame.ts';

const place = (file: string, owner: string | null = null): FlameTimeline['frames'][number]['place'] => ({
  file,
  line: 3,
  column: 1,
  function: 'f',
  package: owner,
});
const TIMELINE: FlameTimeline = {
  frames: [
    { name: '(root)', place: null },
    { name: 'main', place: place('src/a.ts') },
    { name: 'query', place: place('lib/client.js', 'pg@8.0.0') },
    { name: '(garbage collector)', place: null },
  ],
  frameOf: [0, 1, 2, 3],
  parentOf: [-1, 0, 1, 2],
  samples: { nodes: [1, 2, 3, 2], startsUs: [0, 1000, 2500, 9000], endsUs: [1000, 2500, 3000, 9250] },
};

test('every table is as long as it says, and every index is one of the table that it points into', () => {
  const source = { timeline: TIMELINE, title: 'a "b"', startWallMs: 1_700_000_000_000, intervalMs: 1 };
  const { meta, threads } = JSON.parse([...formatFirefoxProfile(source, 'soak-profiler 0.1.0')].join(''));
  const [thread] = threads;
  assert.deepEqual([meta.preprocessedProfileVersion, meta.startTime, thread.name], [48, 1_700_000_000_000, 'a "b"']);
  for (const name of [
    'samples',
    'stackTable',
    'frameTable',
    'funcTable',
    'resourceTable',
    'nativeSymbols',
    'markers',
  ]) {
    const { length, ...columns } = thread[name];
    for (const [column, values] of Object.entries<unknown>(columns))
      if (Array.isArray(values)) assert.equal(values.length, length, `${name}.${column}`);
  }
  const { samples, stackTable, frameTable, funcTable, stringArray } = thread;
  const stackOf = (stack: number | null): string[] =>
    stack === null
      ? []
      : [...stackOf(stackTable.prefix[stack]), stringArray[funcTable.name[frameTable.func[stackTable.frame[stack]]]]];
  assert.deepEqual(
    samples.stack.map((stack: number) => stackOf(stack).join(';')),
    ['main', 'main;query', 'main;query;(garbage collector)', 'main;query'],
  );
  assert.deepEqual(
    [samples.time, samples.weight],
    [
      [0, 1, 2.5, 9],
      [1, 1.5, 0.5, 0.25],
    ],
  );
  const categories = stackTable.category.map((index: number) => meta.categories[index].name);
  assert.deepEqual(categories, ['Other', 'Application', 'Packages', 'Garbage collection']);
});
