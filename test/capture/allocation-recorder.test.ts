import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AllocationRecorder } from '../../src/capture/allocation-recorder.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { SnapshotRecorder } from '../../src/capture/snapshot-recorder.ts';
import type { HeapProfileNode } from '../../src/model/profiles.ts';
import { startInspected } from './inspected-child.ts';

const clock = createHostClock();
const LEAKY = `
const kept = []; let garbage;
globalThis.keepRecords = function keepRecords(n) { for (let i = 0; i < n; i++) kept.push({ id: i, text: 'record ' + i, list: [i, i] }); };
globalThis.dropRecords = function dropRecords(n) { for (let i = 0; i < n; i++) garbage = { id: i, list: [i, i, i] }; };
setInterval(() => {}, 1000);
console.log('ready');
`;

function bytesUnder(node: HeapProfileNode, functionName: string, inside = false): number {
  const isInside = inside || node.callFrame.functionName === functionName;
  return (
    (isInside ? node.selfSize : 0) +
    node.children.reduce((sum, child) => sum + bytesUnder(child, functionName, isInside), 0)
  );
}

test('live allocations name the function that keeps them, and not the one whose objects died', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 16 * 1024 });
  await target.session.evaluate('keepRecords(40000); dropRecords(200000); undefined');
  const { profile, restarted, cost } = await recorder.read();
  assert.equal(restarted, false);
  assert.ok(cost.endMonoMs > cost.startMonoMs);
  const kept = bytesUnder(profile!.head, 'keepRecords');
  assert.ok(kept > 2e6, `kept ${kept}`);
  assert.ok(bytesUnder(profile!.head, 'dropRecords') < kept / 10);
  await recorder.discard();
  assert.deepEqual((await recorder.read()).restarted, true, 'nothing is sampled after it');
});

test('a collection is one, and neither a burst nor the end costs one more', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 16 * 1024 });
  await target.session.evaluate('keepRecords(40000); undefined');
  const collectionsOf = async (action: () => Promise<unknown>): Promise<number> => {
    const before = (await probe.sample()).values['gc.major.count'] ?? 0;
    await action();
    // The observer in the target is called a turn later.
    await sleep(100);
    return ((await probe.sample()).values['gc.major.count'] ?? 0) - before;
  };
  assert.equal(await collectionsOf(() => recorder.collect()), 1);
  assert.equal(await collectionsOf(() => recorder.startBurst({ intervalBytes: 16 * 1024 })), 0);
  assert.equal(await collectionsOf(() => recorder.endBurst()), 1);
  assert.equal(await collectionsOf(() => recorder.discard()), 0);
  assert.equal(await recorder.collect(), null, 'nothing is sampled any more');
});

test('another client that stops the sampling is noticed, and it is started anew', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 16 * 1024 });
  const other = await target.connect();
  await other.call('HeapProfiler.stopSampling');
  const lost = await recorder.read();
  assert.deepEqual([lost.profile, lost.restarted], [null, true]);
  await target.session.evaluate('keepRecords(40000)');
  const again = await recorder.read();
  assert.ok(again.profile !== null && bytesUnder(again.profile.head, 'keepRecords') > 2e6);
});

test('a snapshot on a session of its own leaves the sampling alone', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 16 * 1024 });
  await target.session.evaluate('keepRecords(40000)');
  const snapshots = new SnapshotRecorder({
    session: await target.connect(),
    measure: probe.measure,
    newEpoch: randomUUID,
    pid: target.pid,
    nodeMajor: 20,
    maxPauseMs: null,
  });
  await snapshots.take(join(target.folder, 'a.heapsnapshot'), { pauseMs: 1000, keepIds: false });
  const { profile } = await recorder.read();
  assert.ok(profile !== null && bytesUnder(profile.head, 'keepRecords') > 2e6);
});

test('a burst counts garbage too, and afterwards only what lives counts again', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 16 * 1024 });
  await recorder.startBurst({ intervalBytes: 16 * 1024 });
  await target.session.evaluate('dropRecords(200000); undefined');
  const burst = await recorder.endBurst();
  assert.ok(bytesUnder(burst.profile!.head, 'dropRecords') > 2e6);
  await target.session.evaluate('keepRecords(40000); dropRecords(200000); undefined');
  const { profile } = await recorder.read();
  const kept = bytesUnder(profile!.head, 'keepRecords');
  assert.ok(kept > 2e6, `kept ${kept}`);
  assert.ok(bytesUnder(profile!.head, 'dropRecords') < kept / 10);
});
