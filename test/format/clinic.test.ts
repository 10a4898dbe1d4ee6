import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightedTree } from '../../src/cpu/call-tree.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { doctorFiles, flameFiles } from '../../src/format/clinic/clinic-files.ts';
import { flameTicks } from '../../src/format/clinic/flame-ticks.ts';
import { encodeProcessStats, type ProcessStat, readProcessStats } from '../../src/format/clinic/process-stat.ts';
import type { RawCallFrame } from '../../src/model/profiles.ts';
import { TreeBuilder, type WeightedTree } from '../../src/model/weighted-tree.ts';
import { profileOf } from '../cpu/profile-builder.ts';

const STAT: ProcessStat = {
  timestampMs: 1_795_891_967_123,
  delayMs: 0.25,
  cpuCores: 1.5,
  rssBytes: 8e7,
  heapTotalBytes: 3e7,
  heapUsedBytes: 2e7,
  externalBytes: 1e6,
  arrayBuffersBytes: 1e4,
  handles: 300,
  loopUtilization: 0.42,
};

test('process statistics: framed protobuf, read back as they were; a cut end is left out', () => {
  const stats = [STAT, { ...STAT, timestampMs: STAT.timestampMs + 10, handles: 0 }];
  const bytes = encodeProcessStats(stats);
  assert.deepEqual(readProcessStats(bytes), stats);
  assert.deepEqual(readProcessStats(bytes.subarray(0, bytes.length - 3)), stats.slice(0, 1));
  assert.throws(() => readProcessStats(new Uint8Array()), /without any/);
  // After two bytes of length, the time as field 1 of type double.
  assert.equal(bytes[2], 0x09);
});

test('doctor: three files in a folder, the clock of the trace events as seconds and nanoseconds', () => {
  const files = doctorFiles(
    { pid: 7, nodeVersion: 'v22.23.3', cwd: '/srv' },
    [STAT],
    [{ name: 'V8.GCScavenger', ts: 5, dur: 2 }],
    {
      wallMs: 1000,
      monoUs: 3_000_000.25,
    },
  );
  assert.deepEqual(
    files.map(({ path }) => path),
    ['systeminfo', 'processstat', 'traceevent'].map((part) => `7.clinic-doctor/7.clinic-doctor-${part}`),
  );
  const info = JSON.parse(String(files[0]?.content));
  assert.deepEqual(info.clock, { hrtime: [3, 250], unixtime: 1000 });
  assert.equal(info.nodeVersions.node, '22.23.3');
  assert.equal(JSON.parse(String(files[2]?.content)).traceEvents[0].cat, 'v8');
});

/** What Clinic 13 takes for a frame of JavaScript, and for another; a name that is neither stops it. */
const JS_FRAME =
  /^([~*])?((?:\S+?\(anonymous function\)|\S+)?(?: [a-zA-Z]+)*) (.*?):(\d+):(\d+)( \[INIT])?( \[INLINABLE])?$/;

const ticksOf = (tree: WeightedTree): { name: string; type: string }[][] => JSON.parse([...flameTicks(tree)].join(''));

test('ticks: a stack a millisecond, without idling; collections are kept', () => {
  const profile = profileOf(
    [
      { atUs: 0, stack: 'main;work' },
      { atUs: 3000, stack: '(idle)' },
      { atUs: 4000, stack: 'main;(garbage collector)' },
      { atUs: 4500, stack: 'main' },
    ],
    0,
    5100,
  );
  const stacks = ticksOf(weightedTree(mergeWindows([profile]))).map((stack) =>
    stack.map(({ name }) => name.split(' ')[0]).join(';'),
  );
  assert.deepEqual(stacks.filter((stack) => stack === 'main;work').length, 3);
  assert.equal(stacks.length, 4);
});

test('every name becomes one that Clinic can read', () => {
  const frame = (functionName: string, url: string): RawCallFrame => ({
    functionName,
    scriptId: '1',
    url,
    lineNumber: -1,
    columnNumber: 4,
  });
  const builder = new TreeBuilder();
  const names = ['', 'get total', 'a b-c d', 'Object.<anonymous>', '</script>', 'x'.repeat(9)];
  const urls = ['file:///srv/my%20app/a.js', '/srv/a.ts', 'node:internal/util', 'file:///srv/%zz.mjs', 'https://x/y'];
  for (const name of names) for (const url of urls) builder.child(0, builder.functionIndex(frame(name, url)));
  builder.child(0, builder.functionIndex(frame('writev', '')));
  const { functions, functionOf, parentOf } = builder;
  const self = new Float64Array(parentOf.length).fill(1000);
  const [root, ...stacks] = ticksOf({ functions, functionOf, parentOf, self, samples: 1 }).map(([only]) => only!);
  assert.deepEqual(root, { name: '(root)', type: 'CPP' });
  const scripts = stacks.filter(({ type }) => type === 'JS');
  assert.equal(scripts.length, names.length * urls.length);
  for (const { name } of scripts) {
    const [, , functionName, file] = JS_FRAME.exec(name) ?? assert.fail(name);
    assert.ok(functionName, name);
    assert.match(file ?? '', /\.m?js|node:/);
  }
  assert.ok(scripts.some(({ name }) => name === 'get total /srv/my app/a.js:1:5'));
});

test('however long the window, no more ticks than Clinic can hold', () => {
  const tree = { ...new TreeBuilder(), self: new Float64Array([1e9]), samples: 1 };
  const { functions, functionOf, parentOf } = new TreeBuilder();
  assert.equal(ticksOf({ ...tree, functions, functionOf, parentOf }).length, 20_000);
  const files = flameFiles(
    { pid: 7, nodeVersion: null, cwd: '/srv' },
    { functions, functionOf, parentOf, self: new Float64Array(1), samples: 0 },
  );
  assert.equal([...(files[1]!.content as Iterable<string>)].join(''), '[]\n');
});
