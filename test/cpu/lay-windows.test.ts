import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightedTree } from '../../src/cpu/call-tree.ts';
import { CPU_LIMITS, layWindows } from '../../src/cpu/lay-windows.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { choicesOf, drawChoice } from '../../src/page/flame-choices.ts';
import { flameGraph, nameOf } from '../../src/page/flame-graph.ts';
import { calleesOf, callersOf, functionAt, invertFlame } from '../../src/page/flame-turns.ts';
import { scriptJson } from '../../src/report/build-page-data.ts';
import { profileOf, type Tick } from './profile-builder.ts';

const placeOf = () => null;

/** One tick a millisecond. */
function windowAt(startSec: number, stacks: readonly string[], requests: number | null) {
  const startUs = 1e6 * startSec;
  const ticks = stacks.map((stack, i): Tick => ({ atUs: startUs + 1000 * (i + 1), stack }));
  const profile = profileOf(ticks, startUs, startUs + 1000 * (stacks.length + 1));
  return { startSec, endSec: startSec + 10, requests, tree: weightedTree(mergeWindows([profile])) };
}

const repeat = (stack: string, times: number): string[] => Array<string>(times).fill(stack);

/** A graph as `depth name value` in milliseconds. */
function drawn(graph: ReturnType<typeof flameGraph>): string[] {
  return Array.from(
    { length: graph.size },
    (_, i) => `${graph.data.depth[i]} ${nameOf(graph, i)} ${Math.round((graph.data.value[i] ?? 0) / 1000)}`,
  );
}

const FIRST = windowAt(
  0,
  [...repeat('main;work;parse', 300), ...repeat('main;work', 100), ...repeat('(idle)', 400)],
  100,
);
const SECOND = windowAt(20, [...repeat('main;work;parse', 900), ...repeat('main;rest', 100)], 100);
const SET = pageSet();

function pageSet() {
  const { frames, ...set } = layWindows('cpu', 'microseconds', [FIRST, SECOND], placeOf, { minShare: 0.01 });
  return {
    ...set,
    names: frames.map(({ name }) => name),
    places: [''],
    name: frames.map((_, i) => i),
    place: frames.map(() => 0),
  };
}

function choice(id: string, range: { startSec: number; endSec: number } | null = null) {
  const found = choicesOf(SET, range).find((one) => one.id === id);
  if (!found) throw new Error(`no choice ${id}`);
  return flameGraph(drawChoice(SET, found));
}

test('a window, and the sum of all, are drawn from one tree; idling is left out', () => {
  assert.deepEqual(drawn(choice('first')), ['0 (root) 400', '1 main 400', '2 work 400', '3 parse 300']);
  assert.deepEqual(drawn(choice('all')).slice(0, 4), ['0 (root) 1400', '1 main 1400', '2 work 1300', '3 parse 1200']);
  assert.equal(SET.windows[0]?.samples, 400);
});

test('a change is per request, and what the samples vary by is told', () => {
  const change = choice('change');
  assert.deepEqual(change.data.before?.slice(0, 3).map(Math.round), [4000, 4000, 4000]);
  assert.match(change.data.detail, /^per request: .*, against .*100 requests, 400 samples$/);
  assert.equal(change.data.sample?.before, 10);
});

test('a selected time takes the windows in it, and compares them with the rest', () => {
  assert.deepEqual(drawn(choice('time', { startSec: 15, endSec: 40 }))[0], '0 (root) 1000');
  assert.deepEqual(drawn(choice('time-change', { startSec: 15, endSec: 40 }))[0], '0 (root) 10');
  assert.deepEqual(
    choicesOf(SET, { startSec: 60, endSec: 90 }).filter(({ id }) => id.startsWith('time')),
    [],
  );
});

test('readings of what is alive: the growth of a time is from the last reading before it to the last in it', () => {
  const readings = { ...SET, id: 'allocations' as const, unit: 'bytes' as const };
  const growth = choicesOf(readings, { startSec: 5, endSec: 40 })[0];
  assert.deepEqual([growth?.windows, growth?.before], [[1], [0]]);
  assert.deepEqual(
    choicesOf(readings, { startSec: 1, endSec: 10 }).filter(({ id }) => id === 'time'),
    [],
  );
});

test('from the leaves; callers and callees of one function, recursion counted once', () => {
  const deep = layWindows(
    'cpu',
    'microseconds',
    [windowAt(0, [...repeat('a;f;g;f;h', 30), ...repeat('b;f;h', 20), ...repeat('b;h', 10)], null)],
    placeOf,
    {},
  );
  const { frames, ...set } = deep;
  const page = {
    ...set,
    names: frames.map(({ name }) => name),
    places: [''],
    name: frames.map((_, i) => i),
    place: frames.map(() => 0),
  };
  const [only] = choicesOf(page, null);
  if (!only) throw new Error('nothing to draw');
  const graph = flameGraph(drawChoice(page, only));
  const leaves = drawn(flameGraph(invertFlame(graph)));
  assert.deepEqual(leaves.slice(0, 3), ['0 (root) 60', '1 h 60', '2 f 50']);
  const f = Array.from({ length: graph.size }, (_, i) => i).find((i) => nameOf(graph, i) === 'f') ?? 0;
  assert.deepEqual(drawn(flameGraph(callersOf(graph, functionAt(graph, f)))), ['0 f 50', '1 a 30', '1 b 20']);
  assert.deepEqual(drawn(flameGraph(calleesOf(graph, functionAt(graph, f)))), [
    '0 f 50',
    '1 g 30',
    '2 f 30',
    '3 h 30',
    '1 h 20',
  ]);
});

test('what is too light to be drawn is one child of its parent, and the sums stay', () => {
  const many = windowAt(
    0,
    Array.from({ length: 1000 }, (_, i) => (i < 500 ? 'main;work' : `main;rare${i}`)),
    null,
  );
  const set = layWindows('cpu', 'microseconds', [many], placeOf, { minShare: 0.01 });
  assert.deepEqual(
    set.frameOf.map((frame) => set.frames[frame]?.name),
    ['(root)', 'main', 'work', '(other)'],
  );
  assert.equal(
    set.windows[0]?.self.reduce((sum, own) => sum + own, 0),
    1_000_000,
  );
});

test('50 windows of 6,000 stacks, hardly two of them alike, stay below 1.2 MB of a page', () => {
  const windows = Array.from({ length: 50 }, (_, w) =>
    windowAt(
      20 * w,
      Array.from({ length: 6000 }, (__, i) => `main;a${i % 40};b${(i * 7 + w) % 300};c${(i * 13) % 600}`),
      100,
    ),
  );
  const { frames: _, ...set } = layWindows('cpu', 'microseconds', windows, placeOf, CPU_LIMITS);
  const page = { ...set, names: [], places: [], name: [], place: [] };
  const bytes = scriptJson({ charts: [], latency: [], bands: [], marks: [], flames: [], windows: [page] }).length;
  assert.ok(bytes < 1_200_000, String(bytes));
});
