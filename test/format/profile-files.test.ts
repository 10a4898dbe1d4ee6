import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightedTree } from '../../src/cpu/call-tree.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { frameOfText } from '../../src/format/profile-files/frame-text.ts';
import { parseProfile } from '../../src/format/profile-files/parse-profile.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import type { WeightedTree } from '../../src/model/weighted-tree.ts';
import {
  COLLAPSED,
  CPU_PROFILE,
  HEAD_PROFILE,
  HEAP_PROFILE,
  PPROF,
  PROF_LOG,
  SPEEDSCOPE_EVENTED,
  SPEEDSCOPE_SAMPLED,
  TICKS,
  TRACE,
  ZERO_X_PAGE,
} from './profile-samples.ts';

const encode = (content: unknown): Uint8Array =>
  content instanceof Uint8Array
    ? content
    : new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));

/** Weight by stack, with line and column from 1 as people read them: `main /srv/a.js:3:10;work …`. */
function weights(tree: WeightedTree): Record<string, number> {
  const texts = tree.functions.map(({ functionName, url, lineNumber, columnNumber }) =>
    url === '' ? functionName : `${functionName} ${url}:${lineNumber + 1}:${columnNumber + 1}`,
  );
  const stacks = tree.functionOf.map(() => '');
  const found: Record<string, number> = {};
  for (let node = 1; node < stacks.length; node += 1) {
    const above = stacks[tree.parentOf[node] ?? 0];
    stacks[node] = `${above ? `${above};` : ''}${texts[tree.functionOf[node] ?? 0]}`;
    const self = tree.self[node] ?? 0;
    if (self > 0) found[stacks[node] ?? ''] = Math.round(self);
  }
  return found;
}

function treeOf(content: unknown): WeightedTree {
  const read = parseProfile(encode(content), 'x');
  return read.kind === 'samples' ? weightedTree(mergeWindows([read.profile])) : read.tree;
}

const MAIN = 'main file:///srv/a.js:3:10';
const WORK = `${MAIN};work file:///srv/a.js:8:4`;

test('every format of samples gives the same stacks, times and places', () => {
  const expected = { [MAIN]: 1000, [WORK]: 3000, [`${WORK};(garbage collector)`]: 500 };
  const read = { CPU_PROFILE, HEAD_PROFILE, PROF_LOG, TRACE, SPEEDSCOPE_SAMPLED, SPEEDSCOPE_EVENTED };
  for (const [name, content] of Object.entries(read)) {
    const found = weights(treeOf(content));
    delete found['(idle)'];
    assert.deepEqual(found, expected, name);
  }
});

test('weights without order: pprof, ticks, a page of 0x, collapsed stacks', () => {
  const placed = { [MAIN]: 1000, [WORK]: 3000, [`${WORK};(garbage collector)`]: 500 };
  const noColumn = (text: string): string => text.replace(/(:\d+):\d+/g, '$1:0');
  const withoutColumns = Object.fromEntries(Object.entries(placed).map(([stack, us]) => [noColumn(stack), us]));
  assert.deepEqual(weights(treeOf(PPROF)), withoutColumns);
  const counted = { [MAIN]: 2, [WORK]: 6, [`${WORK};(garbage collector)`]: 1 };
  assert.deepEqual(weights(treeOf(TICKS)), counted);
  assert.deepEqual(weights(treeOf(ZERO_X_PAGE)), counted);
  assert.deepEqual(weights(treeOf(COLLAPSED)), withoutColumns);
});

test('v8-profiler-next counts lines and columns from 1 where V8 files count from 0, and marks its files by typeId', () => {
  const nodes = CPU_PROFILE.nodes.map((node) => ({
    ...node,
    callFrame: {
      ...node.callFrame,
      lineNumber: node.callFrame.lineNumber + 1,
      columnNumber: node.callFrame.columnNumber + 1,
    },
  }));
  const found = weights(treeOf({ typeId: 'CPU', uid: '1', title: 'x', ...CPU_PROFILE, nodes }));
  assert.deepEqual(found, weights(treeOf(CPU_PROFILE)));
});

test('a sampling heap profile is a tree of bytes', () => {
  const read = parseProfile(encode(HEAP_PROFILE), 'x');
  assert.ok(read.kind === 'weights');
  assert.equal(read.unit, 'bytes');
  assert.deepEqual(weights(read.tree), { [MAIN]: 64, [WORK]: 4096 });
});

test('of several values pprof is drawn by its default, else by the last, and that is said', () => {
  const read = parseProfile(PPROF, 'x');
  assert.ok(read.kind === 'weights');
  assert.equal(read.unit, 'microseconds');
  assert.match(read.notes?.join() ?? '', /samples in count, cpu in nanoseconds.*drawn by cpu/);
  assert.equal(read.startWallMs, 1_700_000_000_000);
});

test('what is read for something else is told with the command for it', () => {
  const refused = (content: unknown, hint: RegExp): void => {
    assert.throws(
      () => parseProfile(encode(content), 'x'),
      (error) => {
        assert.ok(error instanceof ProfilerError);
        assert.equal(error.exitCode, 2);
        assert.match(`${error.message}\n${error.hint}`, hint);
        return true;
      },
    );
  };
  refused('{"snapshot":{"meta":{}}}', /heap snapshot[\s\S]*profiler heap summary x/);
  refused('v8-version,11,3,244\nshared-library,…\n', /--prof-process --preprocess -j x/);
  refused('<!doctype html><p>other</p>', /one of 0x/);
  refused('hello\nworld\n', /pprof/);
  refused({ a: 1 }, /a profile of a known kind/);
  refused('', /empty/);
  refused(new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), /ends within its message/);
});

test('stacks 20,000 deep are read from every format that can hold them', () => {
  const depth = 20_000;
  const names = Array.from({ length: depth }, (_, n) => `f${n}`);
  const frames = names.map((name) => ({ name }));
  const nested = (open: (n: number) => string, close: string): string =>
    `${names.map((_, n) => open(n)).join('')}${close.repeat(depth)}`;
  const contents = [
    `${names.join(';')} 7\n`,
    [[...frames.map(({ name }) => ({ name, type: 'CPP' }))]],
    {
      shared: { frames },
      profiles: [
        {
          type: 'sampled',
          unit: 'none',
          name: '',
          startValue: 0,
          endValue: 1,
          samples: [names.map((_, n) => n)],
          weights: [1],
        },
      ],
    },
    `{"head":${nested((n) => `{"functionName":"f${n}","id":${n + 1},"hitCount":1,"children":[`, ']}')},"startTime":1,"endTime":2}`,
  ];
  for (const content of contents) assert.ok(treeOf(content).parentOf.length >= depth);
});

test('frames in the texts of tools', () => {
  const place = (text: string): unknown[] => {
    const { functionName, url, lineNumber, columnNumber } = frameOfText(text);
    return [functionName, url, lineNumber + 1, columnNumber + 1];
  };
  assert.deepEqual(place('*fib file:///srv/my app/a.js:3:17'), ['fib', 'file:///srv/my app/a.js', 3, 17]);
  assert.deepEqual(place(' node:internal/util:5:1 [INIT]'), ['', 'node:internal/util', 5, 1]);
  assert.deepEqual(place('~get total /srv/a.js:3:17 [INLINABLE]'), ['get total', '/srv/a.js', 3, 17]);
  assert.deepEqual(place('work (src/a.ts:8)'), ['work', 'src/a.ts', 8, 0]);
  assert.deepEqual(place('C:\\srv\\a.js:8:1'), ['', 'C:\\srv\\a.js', 8, 1]);
  assert.deepEqual(place('std::sort<int>:2'), ['std::sort<int>:2', '', 0, 0]);
  assert.deepEqual(place('(garbage collector)'), ['(garbage collector)', '', 0, 0]);
});
