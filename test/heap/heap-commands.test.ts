import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { runCli } from '../helpers/run-cli.ts';
import { takeSnapshots } from './take-snapshots.ts';

const LEAK = {
  setUp: `class Session { constructor(i) { this.secret = 'token-' + i + '-of-a-user'; this.data = ['d' + i]; } }
const sessions = new Map(); const tokens = {}; exports.open = (i) => { sessions.set('key-' + i, new Session(i)); tokens['mail-' + i] = 1.5 + i; };`,
  request: 'exports.open(i);',
  snapshots: 2,
};

test('heap summary, diff, retainers and redact on real snapshots', async (t) => {
  const files = await takeSnapshots(t, LEAK);
  const last = files.at(-1)!;

  const summary = JSON.parse((await runCli(['heap', 'summary', last, '--json'])).stdout);
  assert.equal(summary.schema, 'profiler-heap/1');
  assert.equal(summary.constructors.find((row: { class: string }) => row.class === 'Session').count, 1000);
  assert.match((await runCli(['heap', 'summary', last])).stdout, /constructor +objects +shallow +retained/);

  const diff = JSON.parse((await runCli(['heap', 'diff', ...files, '--requests', '500', '--json'])).stdout);
  const [finding] = diff.findings;
  assert.equal(finding.subject.class, 'Session');
  assert.match(finding.subject.holder, /^Map `sessions` of module service\.cjs/);
  assert.match(finding.subject.source.file, /service\.cjs$/);
  assert.equal(finding.growth.objectsPerRequest, 1);
  assert.equal(diff.constructors.find((row: { class: string }) => row.class === 'Session').countDelta, 500);
  assert.match((await runCli(['heap', 'diff', ...files])).stdout, /1\. Session held by Map `sessions`/);

  const quick = JSON.parse((await runCli(['heap', 'diff', ...files, '--classes', '--json'])).stdout);
  const sessions = quick.constructors.find((row: { class: string }) => row.class === 'Session');
  assert.deepEqual([sessions.count, sessions.countDelta, sessions.added, sessions.removed], [1000, 500, 500, 0]);
  assert.match((await runCli(['heap', 'diff', ...files, '--classes'])).stdout, /Session +\+500 +500 +0/);

  const retainers = await runCli(['heap', 'retainers', last, '--class', 'Session']);
  assert.match(retainers.stdout, /context variable `sessions`: Map/);

  const redacted = join(dirname(last), 'redacted.heapsnapshot');
  assert.equal((await runCli(['heap', 'redact', last, redacted])).code, 0);
  const text = readFileSync(redacted, 'latin1');
  for (const secret of [/token-\d/, /key-\d/, /mail-\d/, /class Session/]) assert.doesNotMatch(text, secret);
  assert.equal(statSync(redacted).mode & 0o777, 0o600);
  assert.equal(existsSync(`${redacted}.part`), false);
  const again = JSON.parse((await runCli(['heap', 'summary', redacted, '--json'])).stdout);
  assert.deepEqual(again.constructors, summary.constructors);
});

test('a packed snapshot is known by its content, and snapshots that Node named are compared in the order of their times', async (t) => {
  const [first, last] = await takeSnapshots(t, LEAK);
  const folder = dirname(first!);
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('Heap.20261130.235959.4711.0.001.heapsnapshot'), readFileSync(first!));
  writeFileSync(at('Heap.20261201.000003.4711.0.002.heapsnapshot'), gzipSync(readFileSync(last!)));
  writeFileSync(
    at('packed'),
    brotliCompressSync(readFileSync(first!), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  );
  const names = ['Heap.20261201.000003.4711.0.002.heapsnapshot', 'Heap.20261130.235959.4711.0.001.heapsnapshot'];
  const diff = await runCli(['heap', 'diff', ...names, '--classes', '--json'], { cwd: folder });
  assert.equal(diff.code, 0, diff.stderr);
  assert.match(diff.stderr, /in the order of the times in their names: Heap\.20261130\S+, Heap\.20261201/);
  const sessions = JSON.parse(diff.stdout).constructors.find((row: { class: string }) => row.class === 'Session');
  assert.deepEqual([sessions.count, sessions.countDelta], [1000, 500]);
  const packed = await runCli(['heap', 'diff', 'packed', names[0]!, '--classes', '--json'], { cwd: folder });
  assert.equal(packed.code, 0, packed.stderr);
  assert.deepEqual(JSON.parse(packed.stdout).constructors, JSON.parse(diff.stdout).constructors);
});

test('mistakes are usage errors with a hint', async (t) => {
  const [file] = await takeSnapshots(t, { ...LEAK, snapshots: 1, requestsBetween: 10 });
  for (const words of [
    ['summary', '/there/is/no/such.heapsnapshot'],
    ['summary', process.execPath],
    ['diff', file!],
    ['diff', file!, file!, '--requests', 'many'],
    ['diff', file!, '--classes'],
    ['diff', file!, file!, file!, '--classes'],
    ['retainers', file!],
    ['retainers', file!, '--node', '@999999999'],
    ['retainers', file!, '--class', 'NoSuchClass'],
  ]) {
    const { code, stderr } = await runCli(['heap', ...words]);
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  }
});
