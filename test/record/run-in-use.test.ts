import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRun, resumeRun } from '../../src/record/open-run.ts';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { exampleManifest, exampleSample, temporaryFolder } from './example-run.ts';

const RESULTS = join(process.cwd(), 'test/fixtures/load-results/artillery-2.0.21.json');

/** Another process that records into the folder until it is killed. */
async function startRecording(t: TestContext, dir: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writing-child.js'), dir, '20'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.stdout.resume();
  return child;
}

test('a run that another process records is neither replaced nor added to, and free when that has died', async (t) => {
  const folder = temporaryFolder(t);
  const dir = join(folder, 'run');
  const child = await startRecording(t, dir);
  const refused = { code: 'run-in-use', exitCode: 2, message: new RegExp(`process ${child.pid} \\(`) };
  await assert.rejects(createRun(dir, exampleManifest(), { overwrite: true }), refused);
  await assert.rejects(createRun(dir, exampleManifest()), refused);
  await assert.rejects(resumeRun(dir), refused);
  for (const words of [
    ['import', RESULTS, '--out', dir, '--force'],
    ['import', RESULTS, '--into', dir, '--force'],
    // Refused before the target is looked for.
    ['soak', '--pid', '1', '--seconds', '10', '--out', dir, '--force'],
  ]) {
    const { code, stderr } = await runCli(words, { cwd: folder });
    assert.equal(code, 2, stderr);
    assert.match(stderr, new RegExp(`run is being recorded by process ${child.pid} `));
  }
  // Known by its inode, whatever its name.
  renameSync(dir, join(folder, 'renamed'));
  await assert.rejects(resumeRun(join(folder, 'renamed')), refused);
  renameSync(join(folder, 'renamed'), dir);
  assert.deepEqual(readdirSync(folder), ['run']);

  child.kill('SIGKILL');
  await once(child, 'close');
  const next = await createRun(dir, exampleManifest({ id: 'next' }), { overwrite: true });
  next.appendSample(exampleSample(0));
  await next.close();
  assert.equal((await readRun(dir)).manifest.id, 'next');
  assert.deepEqual(readdirSync(folder), ['run']);
});

test('of recorders that begin in one folder at once a single one gets it', async (t) => {
  const folder = temporaryFolder(t);
  const dir = join(folder, 'run');
  for (const overwrite of [false, true]) {
    const begun = await Promise.allSettled(
      Array.from({ length: 4 }, (_, n) => createRun(dir, exampleManifest({ id: `${overwrite} ${n}` }), { overwrite })),
    );
    const recorders = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    assert.equal(recorders.length, 1);
    for (const one of begun) if (one.status === 'rejected') assert.equal(one.reason.exitCode, 2, String(one.reason));
    recorders[0]?.appendSample(exampleSample(0));
    await recorders[0]?.close();
    const run = await readRun(dir);
    assert.deepEqual([run.manifest.id, run.damage, run.losses], [recorders[0]?.manifest.id, [], []]);
    assert.deepEqual(readdirSync(folder), ['run']);
  }
});

test('the lock is released with the recorder, however that ends', async (t) => {
  const dir = join(temporaryFolder(t), 'run');
  await (await createRun(dir, exampleManifest())).close();
  await (await resumeRun(dir)).close();
  await (await createRun(dir, exampleManifest(), { overwrite: true })).discard();
  writeFileSync(join(dir, 'run.json'), '{');
  await assert.rejects(resumeRun(dir), { code: 'run-manifest-invalid' });
  await assert.rejects(resumeRun(dir), { code: 'run-manifest-invalid' });
  assert.ok(existsSync(dir));
});
