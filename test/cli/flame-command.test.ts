import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { profileOf } from '../cpu/profile-builder.ts';
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
