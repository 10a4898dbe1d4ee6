import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCpuProfile } from '../../src/format/cpu-profile.ts';
import { findJsonError } from '../../src/format/find-json-error.ts';
import { parseHeapProfile } from '../../src/format/heap-profile.ts';
import { formatRunManifest, parseRunManifest } from '../../src/format/run-manifest.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { exampleManifest } from '../record/example-run.ts';
import { mutated, seededRandom } from './seeded-random.ts';

const callFrame = { functionName: 'f', scriptId: '3', url: 'file:///a.js', lineNumber: 1, columnNumber: 2 };
const CPU = {
  nodes: [
    { id: 1, callFrame: { ...callFrame, functionName: '(root)' }, hitCount: 0, children: [2, 3] },
    { id: 2, callFrame, hitCount: 2, children: [] },
    { id: 3, callFrame: { ...callFrame, functionName: 'größe' }, hitCount: 1, children: [] },
  ],
  startTime: 1000,
  endTime: 4000,
  samples: [2, 3, 2],
  timeDeltas: [10, 900, 1000],
};
const HEAP = {
  head: { callFrame, selfSize: 0, id: 1, children: [{ callFrame, selfSize: 64, id: 2, children: [] }] },
  samples: [{ size: 64, nodeId: 2, ordinal: 1 }],
};
const MANIFEST = exampleManifest({
  snapshots: [
    {
      file: 'heap/1.heapsnapshot',
      monoMs: 1,
      segment: 0,
      idEpoch: 'a',
      requests: null,
      bytes: 5,
      pauseMs: 2,
      heapUsedBytes: 3,
      phase: 'baseline',
    },
  ],
  scripts: [{ url: 'file:///a.js', mapFile: 'a.js.map', packageRoot: null, packageName: null, packageVersion: null }],
});

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const cpu =
  (changes: object): (() => unknown) =>
  () =>
    parseCpuProfile(json({ ...CPU, ...changes }), 'x.cpuprofile');

test('what V8 wrote is read', () => {
  assert.deepEqual(parseCpuProfile(json(CPU), 'x'), CPU);
  assert.deepEqual(parseHeapProfile(json(HEAP), 'x'), HEAP);
  assert.deepEqual(parseRunManifest(Buffer.from(formatRunManifest(MANIFEST))), MANIFEST);
  const [script] = MANIFEST.scripts;
  const burst = { file: 'heap/burst.heapprofile', monoMs: 9000, segment: 0, intervalBytes: 65_536, durationMs: 3000 };
  const later = {
    ...MANIFEST,
    scripts: [{ ...script!, jsonLines: [3, 17], variables: { seen: 4 } }],
    allocationBurst: burst,
  };
  assert.deepEqual(parseRunManifest(Buffer.from(formatRunManifest(later))), later);
});

test('broken JSON: file, byte and size', () => {
  const whole = json(CPU);
  assert.throws(() => parseCpuProfile(whole.subarray(0, 200), 'a.cpuprofile'), {
    code: 'cpu-profile-invalid',
    exitCode: 2,
    message: /^a\.cpuprofile: unexpected end of file.* at byte 200 of 200$/,
  });
  assert.throws(() => parseCpuProfile(Buffer.alloc(0), 'a'), /the file is empty at byte 0 of 0/);
  const broken = Buffer.from(whole);
  const at = broken.indexOf('größe') + Buffer.byteLength('größe') + 1;
  broken[at] = 0x21;
  assert.throws(() => parseCpuProfile(broken, 'a'), new RegExp(`unexpected "!" at byte ${at} of ${whole.length}`));
});

test('the place of a JSON error is found wherever JSON.parse fails', () => {
  const random = seededRandom(5);
  const whole = json({ a: [1, -2.5e3, true, null, 'x\\"\u00e9'], b: { c: [], d: {} }, e: '' });
  let failed = 0;
  for (let round = 0; round < 2000; round += 1) {
    const bytes = mutated(whole, random);
    try {
      JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      failed += 1;
      const { byteOffset } = findJsonError(bytes);
      // All before it is the beginning of some JSON: nothing is wrong there yet.
      const before = findJsonError(bytes.subarray(0, byteOffset));
      assert.equal(before.byteOffset, byteOffset);
    }
  }
  assert.ok(failed > 500);
  fc.assert(fc.property(fc.json(), (text) => findJsonError(Buffer.from(text)).byteOffset === Buffer.byteLength(text)));
  assert.equal(findJsonError(Buffer.from('['.repeat(1e6))).byteOffset, 1e6);
});

test('a cpu profile that is no tree, or whose parts do not fit, is refused with its reason', () => {
  const [root, second, third] = CPU.nodes;
  assert.throws(cpu({ nodes: [] }), /nodes should be a list with a root/);
  assert.throws(cpu({ nodes: [root, second, second] }), /distinct ids/);
  assert.throws(
    cpu({ nodes: [{ ...root, children: [2, 9] }, second, third] }),
    /children of node 1 should be known ids/,
  );
  assert.throws(cpu({ nodes: [root, { ...second, children: [3] }, third] }), /child of two/);
  assert.throws(cpu({ nodes: [{ ...root, children: [2] }, second, third] }), /2 roots/);
  assert.throws(
    cpu({
      nodes: [
        { ...root, children: [] },
        { ...second, children: [3] },
        { ...third, children: [2] },
      ],
    }),
    /a cycle/,
  );
  assert.throws(cpu({ samples: [2, 3, 9] }), /samples\[2\] should be the id of a node but is 9/);
  assert.throws(cpu({ timeDeltas: [1] }), /timeDeltas should be as long as samples \(3\)/);
  assert.throws(cpu({ endTime: 1 }), /endTime/);
  assert.throws(cpu({ samples: undefined, nodes: [{ ...root, hitCount: 1e12 }, second, third] }), /hitCount/);
  assert.throws(() => parseCpuProfile(json({ head: {} }), 'x'), /tree form/);
});

test('hit counts alone are shared out evenly', () => {
  const { samples, timeDeltas } = parseCpuProfile(json({ ...CPU, samples: undefined, timeDeltas: undefined }), 'x');
  assert.deepEqual(samples, [2, 2, 3]);
  assert.deepEqual(timeDeltas, [0, 1000, 1000]);
});

test('run.json: a later schema, a wrong field and files outside of the run folder', () => {
  const parse =
    (changes: object): (() => unknown) =>
    () =>
      parseRunManifest(json({ ...MANIFEST, ...changes }));
  assert.throws(parse({ schema: 'profiler-run/2' }), {
    code: 'run-too-new',
    message: /later version.*profiler-run\/2/,
  });
  assert.throws(parse({ schema: 'other' }), { code: 'run-manifest-invalid' });
  assert.throws(parse({ clock: { startWallMs: 1 } }), /clock\.startMonoMs should be a number but is missing/);
  for (const file of ['../../etc/passwd', '/etc/passwd', 'heap/../../x', 'heap/a/b', 'heap/.x', 'sources/a']) {
    assert.throws(
      parse({ snapshots: [{ ...MANIFEST.snapshots[0], file }] }),
      /snapshots\[0\]\.file should be a file in/,
    );
  }
  const stamp = { segment: 0, requests: null };
  const twice = {
    snapshots: { ...MANIFEST.snapshots[0] },
    cpuWindows: { file: 'cpu/1.cpuprofile', startMonoMs: 0, endMonoMs: 1, ...stamp },
    heapProfiles: { file: 'heap/1.heapprofile', monoMs: 0, intervalBytes: 1, ...stamp },
  };
  for (const [list, one] of Object.entries(twice)) {
    const other = { ...one, file: one.file?.replace(/\d/, '77') };
    parse({ [list]: [one, other] })();
    assert.throws(parse({ [list]: [one, other, one] }), new RegExp(`${list}\\[2\\]\\.file should be named once`));
  }
  assert.throws(parse({ clock: { startWallMs: 1e20, startMonoMs: 0 } }), /clock\.startWallMs should be a moment/);
  assert.throws(parse({ scripts: [{ ...MANIFEST.scripts[0], mapFile: '../a' }] }), /scripts\[0\]\.mapFile/);
});

test('2,000 mutations of each file: an error for people or a profile, nothing else', () => {
  const random = seededRandom(23);
  const files = [
    { bytes: json(CPU), parse: parseCpuProfile },
    { bytes: json(HEAP), parse: parseHeapProfile },
    { bytes: json(MANIFEST), parse: parseRunManifest },
  ];
  for (const { bytes, parse } of files) {
    for (let round = 0; round < 2000; round += 1) {
      try {
        parse(mutated(bytes, random), 'mutated');
      } catch (error) {
        assert.ok(error instanceof ProfilerError, String(error));
      }
    }
  }
});

test('a heap profile 20,000 calls deep', () => {
  const depth = 20_000;
  const frameText = JSON.stringify(callFrame);
  const open = `{"callFrame":${frameText},"selfSize":1,"id":1,"children":[`;
  const text = `{"head":${open.repeat(depth)}${']}'.repeat(depth)}}`;
  let node = parseHeapProfile(Buffer.from(text), 'x').head;
  let levels = 1;
  for (let child = node.children[0]; child; child = node.children[0]) {
    node = child;
    levels += 1;
  }
  assert.equal(levels, depth);
});
