import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RequestInterval } from '../../src/model/requests.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { createRun, resumeRun } from '../../src/record/open-run.ts';
import { readRun } from '../../src/record/read-run.ts';
import type { StorageChange } from '../../src/record/run-recorder.ts';
import { exampleManifest, exampleSample, temporaryFolder } from './example-run.ts';

const event: RunEvent = { type: 'note', detail: 'line\nbreak', wallMs: 1, monoMs: 2 };
const interval: RequestInterval = {
  startMonoMs: 0,
  endMonoMs: 1000,
  name: '__proto__',
  count: 3,
  errors: 1,
  dropped: 0,
  late: 0,
  maxLateMs: 0,
  errorKinds: { 'status 500': 1 },
  intended: 'AAAA',
  service: 'BBBB',
};

test('a run is read back as it was recorded', async (context) => {
  const dir = join(temporaryFolder(context), 'profiles', 'one');
  const recorder = await createRun(dir, exampleManifest());
  const samples = Array.from({ length: 50 }, (_, n) => exampleSample(n));
  for (const sample of samples) recorder.appendSample(sample);
  recorder.appendEvent(event);
  recorder.appendRequests(interval);
  const map = recorder.fileFor('source-map', '../../evil name');
  await recorder.writeArtefact(map, '{}');
  await recorder.updateManifest((manifest) => ({ ...manifest, thresholds: { a: ['p(95)<1ms'] } }));
  assert.ok(await recorder.flush());
  await recorder.close();

  const run = await readRun(dir);
  assert.deepEqual(run.samples, samples);
  assert.deepEqual(run.events, [event]);
  assert.deepEqual(run.requests, [interval]);
  const { seal, ...manifest } = run.manifest;
  assert.deepEqual(manifest, exampleManifest({ thresholds: { a: ['p(95)<1ms'] } }));
  assert.deepEqual(
    Object.entries(seal?.journals ?? {}).map(([file, { lines }]) => [file, lines]),
    [
      ['samples.ndjson', 50],
      ['requests.ndjson', 1],
      ['events.ndjson', 1],
    ],
  );
  assert.deepEqual(run.damage, []);
  assert.deepEqual(run.losses, []);
  assert.ok(map.path.startsWith(join(dir, 'sources')));
});

test('folders are 0700 and files 0600, whatever the umask', async (context) => {
  const before = process.umask(0);
  context.after(() => process.umask(before));
  const dir = join(temporaryFolder(context), 'run');
  const recorder = await createRun(dir, exampleManifest());
  recorder.appendSample(exampleSample(0));
  recorder.appendEvent(event);
  recorder.appendRequests(interval);
  await recorder.writeArtefact(recorder.fileFor('cpu', 1), 'x');
  await recorder.updateManifest((manifest) => ({ ...manifest }));
  await recorder.close();
  const paths = readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name)));
  assert.equal(paths.length, 9);
  for (const path of [dir, ...paths]) {
    const stats = statSync(path);
    assert.equal((stats.mode & 0o777).toString(8), stats.isDirectory() ? '700' : '600', path);
  }
});

test('a used folder is refused and left as it was, unless it is to be replaced', async (context) => {
  const dir = temporaryFolder(context);
  writeFileSync(join(dir, 'run.json'), 'old');
  writeFileSync(join(dir, 'mine.txt'), 'mine');
  chmodSync(dir, 0o755);
  await assert.rejects(
    createRun(dir, exampleManifest(), { overwrite: true }),
    /is not empty: it holds mine.txt, run.json/,
  );
  assert.equal(statSync(dir).mode & 0o777, 0o755);

  const other = join(dir, 'other');
  await (await createRun(other, exampleManifest())).close();
  await assert.rejects(createRun(other, exampleManifest()), { code: 'run-folder-exists', exitCode: 2 });
  await (await createRun(other, exampleManifest({ id: 'second' }), { overwrite: true })).close();
  assert.equal((await readRun(other)).manifest.id, 'second');
  assert.ok(existsSync(join(dir, 'mine.txt')));
});

test('a resumed run goes on after a torn line', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const first = await createRun(dir, exampleManifest());
  first.appendSample(exampleSample(0));
  await first.close();
  writeFileSync(join(dir, 'samples.ndjson'), '{"wallMs":17954', { flag: 'a' });
  const second = await resumeRun(dir);
  second.appendSample(exampleSample(1));
  await second.close();
  const run = await readRun(dir);
  assert.deepEqual(run.samples, [exampleSample(0), exampleSample(1)]);
  assert.equal(run.damage.length, 1);
});

test('while a journal cannot be written its lines wait in memory', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const changes: StorageChange[] = [];
  const recorder = await createRun(dir, exampleManifest(), { retryMs: 5, onStorage: (change) => changes.push(change) });
  rmSync(join(dir, 'samples.ndjson'));
  mkdirSync(join(dir, 'samples.ndjson'));
  for (let n = 0; n < 100; n += 1) recorder.appendSample(exampleSample(n));
  assert.equal(await recorder.flush(), false);
  assert.ok(recorder.inTrouble);
  await assert.doesNotReject(recorder.updateManifest((manifest) => manifest));
  rmdirSync(join(dir, 'samples.ndjson'));
  await recorder.close();
  assert.equal((await readRun(dir)).samples.length, 100);
  assert.deepEqual(
    changes.map(({ state, file }) => [state, file]),
    [
      ['trouble', 'samples.ndjson'],
      ['recovered', 'samples.ndjson'],
    ],
  );
});

test('a disk that hangs is told, and nobody waits for it', { timeout: 30_000 }, async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const changes: StorageChange[] = [];
  const recorder = await createRun(dir, exampleManifest(), {
    syncIntervalMs: 5,
    retryMs: 1,
    onStorage: (change) => changes.push(change),
  });
  // Opening a pipe that nobody reads hangs as a dead disk does.
  const path = join(dir, 'samples.ndjson');
  rmSync(path);
  if (spawnSync('mkfifo', [path]).status !== 0) {
    context.skip('there are no named pipes here');
    return;
  }
  recorder.appendSample(exampleSample(0));
  while (!recorder.inTrouble) await new Promise((resolve) => setTimeout(resolve, 5));
  const [trouble] = changes;
  assert.match(trouble?.state === 'trouble' ? trouble.error.message : '', /samples\.ndjson: ETIMEDOUT/);
  const reader = openSync(path, 'r+');
  await recorder.close();
  closeSync(reader);
});

test('lines beyond the memory budget are lost, the oldest first, and counted', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const changes: StorageChange[] = [];
  const recorder = await createRun(dir, exampleManifest(), {
    bufferBytes: 2000,
    retryMs: 5,
    onStorage: (change) => changes.push(change),
  });
  rmSync(join(dir, 'samples.ndjson'));
  mkdirSync(join(dir, 'samples.ndjson'));
  for (let n = 0; n < 5000; n += 1) recorder.appendSample(exampleSample(n));
  assert.equal(await recorder.flush(), false);
  rmdirSync(join(dir, 'samples.ndjson'));
  await assert.rejects(recorder.close(), /\d+ lines of samples.ndjson/);
  const { samples } = await readRun(dir);
  const recovered = changes.at(-1);
  assert.ok(recovered?.state === 'recovered');
  assert.equal(samples.length + recovered.lostLines, 5000);
  assert.deepEqual(samples.at(-1), exampleSample(4999));
});

test('what never reached the disk is said when the run is closed: exit 6, file and errno', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const recorder = await createRun(dir, exampleManifest(), { bufferBytes: 1000, retryMs: 5 });
  rmSync(join(dir, 'samples.ndjson'));
  mkdirSync(join(dir, 'samples.ndjson'));
  for (let n = 0; n < 100; n += 1) recorder.appendSample(exampleSample(n));
  await assert.rejects(recorder.close(), (error: Error & { exitCode?: number }) => {
    assert.equal(error.exitCode, 6);
    assert.match(error.message, /100 lines of samples\.ndjson .*samples\.ndjson: EISDIR/);
    return true;
  });
});

test('run.json is never seen half-written', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const recorder = await createRun(dir, exampleManifest());
  const updates = Array.from({ length: 30 }, (_, n) =>
    recorder.updateManifest((manifest) => ({ ...manifest, id: `id-${n}`, thresholds: { [`t${n}`]: [] } })),
  );
  for (let i = 0; i < 30; i += 1) {
    assert.match(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')).id, /^id-|^2026/);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(updates);
  await recorder.close();
  assert.equal((await readRun(dir)).manifest.id, 'id-29');
});
