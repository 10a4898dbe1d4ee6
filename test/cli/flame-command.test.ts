import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as zlib from 'node:zlib';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { readProfileFile } from '../../src/session/read-profile-file.ts';
import { profileOf } from '../cpu/profile-builder.ts';
import { HEAD_PROFILE, HEAP_PROFILE, PPROF, TICKS, ZERO_X_PAGE } from '../format/profile-samples.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const BEFORE = profileOf(
  [
    { atUs: 0, stack: 'main;work' },
    { atUs: 1000, stack: 'main;rest' },
  ],
  0,
  2000,
);
const AFTER = profileOf(
  [
    { atUs: 0, stack: 'main;work' },
    { atUs: 3000, stack: 'main;rest' },
  ],
  0,
  4000,
);

/** Functions and files with secrets in their names. */
const WITH_SECRETS = {
  ...AFTER,
  nodes: AFTER.nodes.map(({ callFrame, ...node }) => ({
    ...node,
    callFrame: {
      ...callFrame,
      functionName: callFrame.functionName === 'main' ? 'get postgres://app:hunter2xyz@db/x' : callFrame.functionName,
      url: callFrame.url && 'https://cdn.example/mod.mjs?token=hunter2xyz',
    },
  })),
};

/** A folder with two profiles, after.cpuprofile and before.cpuprofile. */
function folderWithProfiles(t: TestContext): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'before.cpuprofile'), JSON.stringify(BEFORE));
  writeFileSync(join(folder, 'after.cpuprofile'), JSON.stringify(AFTER));
  return folder;
}

/** What each format's file must show. */
const FORMATS: readonly (readonly [string, string, (bytes: Buffer) => void])[] = [
  ['html', 'after.html', (bytes) => assert.match(bytes.toString(), /^<!doctype html>[\s\S]*work/)],
  ['svg', 'after.svg', (bytes) => assert.match(bytes.toString(), /<svg[\s\S]*work[^<]*3 ms, 75 %/)],
  [
    'speedscope',
    'after.speedscope.json',
    (bytes) => assert.equal(JSON.parse(bytes.toString()).profiles[0].endValue, 4000),
  ],
  ['collapsed', 'after.collapsed.txt', (bytes) => assert.match(bytes.toString(), /^main \S+;work \S+ 3000$/m)],
  ['pprof', 'after.pb.gz', (bytes) => assert.equal(Profile.decode(gunzipSync(bytes)).sample.length, 2)],
];

for (const [format, name, check] of FORMATS) {
  test(`flame --format ${format}`, async (t) => {
    const folder = folderWithProfiles(t);
    const words = ['flame', 'after.cpuprofile', '--format', format];
    const { code, stdout, stderr } = await runCli([...words, '--json'], { cwd: folder });
    assert.equal(code, 0, stderr);
    const { file } = JSON.parse(stdout);
    assert.equal(file, join(folder, name));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    check(readFileSync(file));
    assert.equal((await runCli(words, { cwd: folder })).code, 2, 'not over a file that is there');
    writeFileSync(join(folder, 'after.cpuprofile'), JSON.stringify(WITH_SECRETS));
    assert.equal((await runCli([...words, '--force'], { cwd: folder })).code, 0);
    const bytes = readFileSync(file);
    const text = (format === 'pprof' ? gunzipSync(bytes) : bytes).toString('latin1');
    assert.ok(!text.includes('hunter2xyz'), 'names of functions and files hold no secrets');
    assert.ok(text.includes('mod.mjs') && text.includes('app:[redacted]@db'), text);
  });
}

test('a stack too deep to be repeated for every sample is cut, and that is said', async (t) => {
  const folder = temporaryFolder(t);
  const deep = profileOf([{ atUs: 0, stack: Array.from({ length: 5000 }, (_, n) => `f${n}`).join(';') }], 0, 1000);
  writeFileSync(join(folder, 'deep.cpuprofile'), JSON.stringify(deep));
  const words = ['flame', 'deep.cpuprofile', '--out', 'deep', '--force', '--format'];
  const { code, stderr } = await runCli([...words, 'collapsed'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /up to 5000 frames deep[\s\S]*deeper than 4471 frames/);
  const lines = readFileSync(join(folder, 'deep'), 'utf8').split('\n');
  assert.match(lines[0] ?? '', /^f0 .*;f4470 \S+;\(other\) 1000$/);
  assert.equal((await runCli([...words, 'speedscope'], { cwd: folder })).stderr, '');
  assert.equal(JSON.parse(readFileSync(join(folder, 'deep'), 'utf8')).profiles[0].events.length, 10_000);
});

test('a difference, in the formats that can hold one', async (t) => {
  const folder = folderWithProfiles(t);
  const words = ['flame', 'after.cpuprofile', '--diff', 'before.cpuprofile', '--out', 'diff.svg', '--format'];
  const { code, stderr } = await runCli([...words, 'svg'], { cwd: folder });
  assert.equal(code, 0, stderr);
  // Half of the time before, three quarters now; per second of CPU.
  assert.match(readFileSync(join(folder, 'diff.svg'), 'utf8'), /work[^<]*750 ms, 75 %[^<]*before 500 ms/);
  const refused = await runCli([...words, 'collapsed'], { cwd: folder });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /collapsed cannot show a difference/);
});

test('a profile of another tool is read by its content, packed or not, whatever its name', async (t) => {
  const folder = temporaryFolder(t);
  const bytes = Buffer.from(JSON.stringify(AFTER));
  const packed = {
    plain: bytes,
    gzip: gzipSync(bytes),
    brotli: brotliCompressSync(bytes),
    pprof: PPROF,
    head: HEAD_PROFILE,
  };
  for (const [name, content] of Object.entries(packed)) {
    const file = join(folder, name);
    writeFileSync(file, content instanceof Uint8Array ? content : JSON.stringify(content));
    const { tree } = await readProfileFile(file, () => {});
    const work = tree.functions.findIndex(({ functionName }) => functionName === 'work');
    assert.equal(tree.self[tree.functionOf.indexOf(work)], 3000, name);
  }
});

test('zstd is unpacked where Node has it; else the line to type is said', async (t) => {
  const folder = temporaryFolder(t);
  // A frame of one raw block (RFC 8878), which needs no compressor: magic, a header for sizes of 4 bytes, last block.
  const bytes = Buffer.from(JSON.stringify(AFTER));
  const sizes = Buffer.alloc(8);
  sizes.writeUInt8(0xa0, 0);
  sizes.writeUInt32LE(bytes.length, 1);
  sizes.writeUIntLE((bytes.length << 3) | 1, 5, 3);
  writeFileSync(join(folder, 'x.zst'), Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), sizes, bytes]));
  const { code, stderr } = await runCli(['flame', 'x.zst', '--format', 'collapsed'], { cwd: folder });
  if ('zstdDecompressSync' in zlib) assert.equal(code, 0, stderr);
  else assert.match(stderr, /Node [\d.]+ cannot unpack[\s\S]*zstd -d x\.zst/);
});

test('a .heapprofile is a flame graph of bytes, and of its kind only are differences made', async (t) => {
  const folder = folderWithProfiles(t);
  writeFileSync(join(folder, 'a.heapprofile'), JSON.stringify(HEAP_PROFILE));
  const { code, stderr } = await runCli(['flame', 'a.heapprofile', '--format', 'svg'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(readFileSync(join(folder, 'a.svg'), 'utf8'), /work[^<]*: 4\.1 KB, 98\.5 %, self 4\.1 KB/);
  assert.equal((await runCli(['flame', 'a.heapprofile', '--format', 'html'], { cwd: folder })).code, 0);
  const pprof = await runCli(['flame', 'a.heapprofile', '--format', 'pprof'], { cwd: folder });
  assert.equal(pprof.code, 0, pprof.stderr);
  const { sampleType, stringTable } = Profile.decode(gunzipSync(readFileSync(join(folder, 'a.pb.gz'))));
  assert.equal(stringTable.strings[Number(sampleType[0]?.unit)], 'bytes');
  const unlike = await runCli(['flame', 'a.heapprofile', '--diff', 'after.cpuprofile', '--out', 'd.html'], {
    cwd: folder,
  });
  assert.equal(unlike.code, 2);
  assert.match(unlike.stderr, /cannot be compared/);
});

test('folders of 0x and of clinic flame are read; one of clinic doctor says what reads it', async (t) => {
  const folder = temporaryFolder(t);
  const write = (dir: string, name: string, content: unknown): void => {
    mkdirSync(join(folder, dir), { recursive: true });
    writeFileSync(join(folder, dir, name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  write('4711.0x', 'flamegraph.html', ZERO_X_PAGE);
  write('1.clinic-flame', '1.clinic-flame-samples', TICKS);
  write('1.clinic-flame', '1.clinic-flame-inlinedfunctions', {});
  for (const name of ['4711.0x', '1.clinic-flame']) {
    const { code, stdout, stderr } = await runCli(['flame', name, '--format', 'collapsed'], { cwd: folder });
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(stdout.trim(), 'utf8'), /^main \S+;work \S+ 6$/m);
  }
  write('1.clinic-doctor', '1.clinic-doctor-processstat', '');
  const doctor = await runCli(['flame', '1.clinic-doctor'], { cwd: folder });
  assert.equal(doctor.code, 2);
  assert.match(doctor.stderr, /profiler import 1\.clinic-doctor/);
});

test('speedscope keeps the order of the samples, with nothing open while the program was idle', async (t) => {
  const folder = temporaryFolder(t);
  const ticks = ['main;work', '(idle)', 'main;rest', 'main;work', 'main;work'];
  const profile = profileOf(
    ticks.map((stack, at) => ({ atUs: 1000 * at, stack })),
    0,
    5000,
  );
  writeFileSync(join(folder, 'x.cpuprofile'), JSON.stringify(profile));
  const { code, stderr } = await runCli(['flame', 'x.cpuprofile', '--format', 'speedscope'], { cwd: folder });
  assert.equal(code, 0, stderr);
  const { shared, profiles } = JSON.parse(readFileSync(join(folder, 'x.speedscope.json'), 'utf8'));
  const [{ events, endValue }] = profiles as [
    { events: { type: string; frame: number; at: number }[]; endValue: number },
  ];
  assert.equal(endValue, 5000);
  assert.deepEqual(
    events.map(({ type, frame, at }) => `${at} ${type} ${shared.frames[frame].name}`),
    [
      ...['0 O main', '0 O work', '1000 C work', '1000 C main'],
      ...['2000 O main', '2000 O rest', '3000 C rest', '3000 O work', '5000 C work', '5000 C main'],
    ],
  );
});

test('what is no profile is refused in words', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'x.cpuprofile'), '{}');
  for (const [file, message] of [
    ['x.cpuprofile', /x\.cpuprofile/],
    ['missing.cpuprofile', /cannot be read/],
  ] as const) {
    const { code, stderr } = await runCli(['flame', file], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});

test('--format 0x says how to install what is missing, and hands a normalised profile to what is there', async (t) => {
  const folder = folderWithProfiles(t);
  const words = ['flame', 'after.cpuprofile', '--format', '0x'];
  const missing = await runCli(words, { cwd: folder });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /npm install --save-dev 0x/);
  // In the place of the real package, which is too big to install for one test: writes down what it was given.
  const standIn = join(folder, 'node_modules', '0x');
  mkdirSync(standIn, { recursive: true });
  writeFileSync(
    join(standIn, 'index.js'),
    'module.exports = async (o) => { const fs = require("fs"); fs.copyFileSync(o.visualizeCpuProfile, o.outputHtml); };',
  );
  const { code, stdout, stderr } = await runCli(words, { cwd: folder });
  assert.equal(code, 0, stderr);
  const given = JSON.parse(readFileSync(stdout.trim(), 'utf8'));
  assert.deepEqual([given.nodes[0].id, given.nodes[2].hitCount], [1, 3000]);
});
