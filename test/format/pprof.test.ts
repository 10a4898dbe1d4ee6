import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Profile } from 'pprof-format';
import { buildFlame } from '../../src/cpu/build-flame.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { encodePprof } from '../../src/format/pprof.ts';
import { profileFor0x } from '../../src/format/profile-for-0x.ts';
import type { FlameNode } from '../../src/model/flame.ts';
import { profileOf } from '../cpu/profile-builder.ts';

const TICKS = [
  { atUs: 100, stack: 'main;work' },
  { atUs: 200, stack: 'main' },
  { atUs: 350, stack: 'main;work;(garbage collector)' },
  { atUs: 400, stack: '(idle)' },
];
const root = buildFlame(mergeWindows([profileOf(TICKS, 0, 500, 40)]), createPlaceOf([], new Map()));

test('pprof: a sample a stack, leaf first, nanoseconds', () => {
  const profile = Profile.decode(
    encodePprof({ root, unit: 'microseconds', durationUs: 500, intervalUs: 100, startWallMs: 1_700_000_000_000 }),
  );
  const { strings } = profile.stringTable;
  const nameOf = (locationId: unknown): string => {
    const location = profile.location.find(({ id }) => Number(id) === Number(locationId));
    const line = location?.line[0];
    const own = profile.function.find(({ id }) => Number(id) === Number(line?.functionId));
    assert.equal(Number(own?.startLine), Number(line?.line));
    return strings[Number(own?.name)] ?? '';
  };
  const stacks = profile.sample.map(({ locationId, value }) => [locationId.map(nameOf).join('<'), Number(value[0])]);
  assert.deepEqual(Object.fromEntries(stacks), {
    'work<main': 100_000,
    main: 150_000,
    '(garbage collector)<work<main': 50_000,
  });
  const [type] = profile.sampleType;
  assert.deepEqual([strings[Number(type?.type)], strings[Number(type?.unit)]], ['cpu', 'nanoseconds']);
  assert.equal(Number(profile.durationNanos), 500_000);
});

test('0x: root id 1, microseconds as hits, lines from 1, collections kept', () => {
  const { nodes } = profileFor0x(root);
  assert.deepEqual(
    nodes.map(({ id, callFrame, hitCount, children }) => [id, callFrame.functionName, hitCount, children]),
    [
      [1, '(root)', 0, [2]],
      [2, 'main', 150, [3]],
      [3, 'work', 100, [4]],
      [4, '[GC]', 50, []],
    ],
  );
  // `main` stands on line 4 counted from 0.
  assert.equal(nodes[1]?.callFrame.lineNumber, 5);
});

test('0x: no name ends the script it is put into, and no leaf is taken for a pseudo function', () => {
  const leaf = (name: string): FlameNode => ({ name, place: null, value: 1, self: 1, children: [] });
  const names = ['</script><script>alert(1)</script>', '(anonymous)', '(a) => b(c)', 'two\nlines\u2028'];
  const hostile: FlameNode = { ...leaf('(root)'), children: names.map(leaf) };
  const written = profileFor0x(hostile).nodes.slice(1);
  assert.deepEqual(
    written.map(({ callFrame }) => callFrame.functionName),
    ['‹/script›‹script›alert(1)‹/script›', '[anonymous]', '[a) =› b(c)', 'two lines '],
  );
});
