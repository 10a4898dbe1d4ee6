import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRun } from '../../src/record/open-run.ts';
import type { RunRecorder } from '../../src/record/run-recorder.ts';
import { DiskGuard } from '../../src/soak/disk-guard.ts';
import { exampleManifest } from '../record/example-run.ts';

const MB = 1_000_000;

/** A run with four snapshots of 10 MB in its first life, and one in its second; 5 MB of the disk are left, 1 MB is for the samples. */
async function fiveSnapshots(t: TestContext): Promise<{ recorder: RunRecorder; guard: DiskGuard; said: string[] }> {
  const snapshots = [1, 2, 3, 4, 5].map((n) => ({
    file: `heap/${n}.heapsnapshot`,
    monoMs: n * 1000,
    segment: n === 5 ? 1 : 0,
    idEpoch: 'one',
    requests: n,
    bytes: 10 * MB,
    pauseMs: 1,
    heapUsedBytes: 5 * MB,
    phase: 'steady' as const,
  }));
  const folder = mkdtempSync(join(tmpdir(), 'profiler-disk-guard-'));
  const recorder = await createRun(join(folder, 'run'), exampleManifest({ snapshots }));
  // In this order: to close it writes once more.
  t.after(async () => {
    await recorder.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const { file } of snapshots) writeFileSync(join(recorder.dir, file), '{}');
  const said: string[] = [];
  const guard = new DiskGuard({
    recorder,
    log: { event: () => {}, say: (text) => said.push(text) },
    // A removed snapshot gives its room back.
    freeBytes: () => 5 * MB + 10 * MB * (5 - recorder.manifest.snapshots.length),
    reservedBytes: () => MB,
  });
  return { recorder, guard, said };
}

test('what fits beside the samples may be captured, what does not is refused with the figures', async (t) => {
  const { guard, recorder } = await fiveSnapshots(t);
  assert.equal(guard.refusal(4 * MB), null);
  assert.match(String(guard.refusal(4.1 * MB)), /^ENOSPC, its file may take .*, and the disk has .* left/);
  assert.throws(() => guard.refuse('cpu/1.cpuprofile', 5 * MB), { code: 'storage', exitCode: 6 });
  await guard.makeRoom(4 * MB, 0);
  assert.equal(recorder.manifest.snapshots.length, 5, 'nothing is removed where there is room');
});

test('snapshots between the first and the last of that life make room, if that is enough', async (t) => {
  const { guard, recorder, said } = await fiveSnapshots(t);
  await guard.makeRoom(12 * MB, 0);
  assert.equal(guard.refusal(12 * MB), null);
  assert.deepEqual(
    recorder.manifest.snapshots.map(({ file }) => file),
    ['heap/1.heapsnapshot', 'heap/3.heapsnapshot', 'heap/4.heapsnapshot', 'heap/5.heapsnapshot'],
  );
  assert.ok(!existsSync(join(recorder.dir, 'heap/2.heapsnapshot')));
  assert.deepEqual(said, ['heap/2.heapsnapshot was removed to make room for a later snapshot']);
  assert.match(recorder.losses.join(), /heap\/2\.heapsnapshot/, 'it was planned, and is missing');

  await guard.makeRoom(60 * MB, 0);
  assert.equal(recorder.manifest.snapshots.length, 4, 'none is removed in vain');
  assert.notEqual(guard.refusal(60 * MB), null);
  await guard.makeRoom(20 * MB, 1);
  assert.equal(recorder.manifest.snapshots.length, 4, 'another life keeps its own');
});
