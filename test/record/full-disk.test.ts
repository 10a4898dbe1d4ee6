import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRun } from '../../src/record/open-run.ts';
import { readRun } from '../../src/record/read-run.ts';
import type { StorageChange } from '../../src/record/run-recorder.ts';
import { exampleManifest, exampleSample, temporaryFolder } from './example-run.ts';

const SAMPLES = 2000;

function fillUp(path: string): void {
  for (const size of [65_536, 4096, 512, 1]) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(size));
    } catch (error) {
      assert.equal(error instanceof Error && 'code' in error && error.code, 'ENOSPC');
    }
  }
}

test('a full disk loses no sample: they wait, and are written when there is room again', async (context) => {
  // Hooks run in the order in which they were made: unmounted first, then removed.
  context.after(() => spawnSync('umount', ['-l', disk]));
  const disk = join(temporaryFolder(context), 'disk');
  mkdirSync(disk);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { encoding: 'utf8' });
  if (mount.status !== 0) {
    context.skip(`mounting a small tmpfs was refused: ${mount.stderr ?? mount.error?.message}`);
    return;
  }
  const dir = join(disk, 'run');
  const filler = join(disk, 'filler');
  const changes: StorageChange[] = [];
  const recorder = await createRun(dir, exampleManifest(), { retryMs: 2, onStorage: (change) => changes.push(change) });
  for (let n = 0; n < 100; n += 1) recorder.appendSample(exampleSample(n));
  assert.ok(await recorder.flush());

  fillUp(filler);
  for (let n = 100; n < SAMPLES; n += 1) recorder.appendSample(exampleSample(n));
  assert.equal(await recorder.flush(), false);
  assert.ok(recorder.inTrouble);
  const [trouble] = changes;
  assert.ok(trouble?.state === 'trouble');
  assert.match(trouble.error.message, /samples\.ndjson: ENOSPC$/);
  assert.match(trouble.error.hint, /disk is full/);
  await recorder.updateManifest((manifest) => ({ ...manifest, id: 'written on a full disk' }));
  assert.equal((await readRun(dir)).manifest.id, exampleManifest().id, 'the old run.json is still whole');

  rmSync(filler);
  while (!(await recorder.flush())) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(recorder.inTrouble, null);
  await recorder.close();
  const run = await readRun(dir);
  assert.deepEqual(
    run.samples,
    Array.from({ length: SAMPLES }, (_, n) => exampleSample(n)),
  );
  assert.ok(run.damage.length <= 3, 'torn lines, each lost by itself');
  assert.equal(run.manifest.id, 'written on a full disk');
  assert.deepEqual(
    new Set(changes.map(({ state, file }) => `${state} ${file}`)),
    new Set(['trouble samples.ndjson', 'trouble run.json', 'recovered samples.ndjson', 'recovered run.json']),
  );
});
