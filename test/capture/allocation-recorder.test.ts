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
import { nodeVersions } from '../helpers/node-versions.ts';
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
  const reading = await recorder.read();
  const { profile, cost } = reading!;
  assert.equal(recorder.leftOut, null);
  assert.ok(cost.endMonoMs > cost.startMonoMs);
  const kept = bytesUnder(profile.head, 'keepRecords');
  assert.ok(kept > 2e6, `kept ${kept}`);
  assert.ok(bytesUnder(profile.head, 'dropRecords') < kept / 10);
  await recorder.discard();
  assert.equal(await recorder.read(), null, 'nothing is sampled after it');
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

test('a sampling that somebody else stops is not begun again', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 16 * 1024 });
  const other = await target.connect();
  await other.call('HeapProfiler.stopSampling');
  assert.equal(await recorder.read(), null);
  assert.match(recorder.leftOut ?? '', /somebody else stopped the sampling/);
  await other.call('HeapProfiler.startSampling', { samplingInterval: 16 * 1024 });
  assert.deepEqual([await recorder.startBurst({ intervalBytes: 1024 }), await recorder.endBurst()], [null, null]);
  await recorder.discard();
  target.session.disconnect();
  // In the order of their arrival: V8 has let go of the first session by then.
  await other.evaluate('1');
  await other.call('HeapProfiler.getSamplingProfile');
});

/** What a continuous profiler does: it samples from the start, and asks now and then. */
const SAMPLED = `
const { Session } = require('node:inspector');
const session = new Session();
session.connect();
session.post('HeapProfiler.startSampling', { samplingInterval: 16 * 1024 });
globalThis.ownSamples = () => {
  let count = null;
  session.post('HeapProfiler.getSamplingProfile', {}, (error, answer) => { count = error ? error.message : answer.profile.samples.length; });
  return count;
};
${LEAKY}
keepRecords(40000);
`;

for (const { major, binary, skip } of nodeVersions()) {
  test(`a sampling of the service itself is left alone: Node ${major}`, { skip }, async (t) => {
    const target = await startInspected(t, SAMPLED, { node: binary });
    const other = await target.connect();
    const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
    const recorder = new AllocationRecorder(target.session, probe.measure);
    await recorder.start({ intervalBytes: 64 * 1024 });
    assert.match(recorder.leftOut ?? '', /the service samples its own allocations/);
    assert.deepEqual(
      [await recorder.startBurst({ intervalBytes: 1024 }), await recorder.endBurst(), await recorder.read()],
      [null, null, null],
    );
    await recorder.discard();
    target.session.disconnect();
    const samples = await other.evaluate<number>('ownSamples()');
    assert.ok(samples > 20, `own samples of the service: ${samples}`);
  });
}

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
  const { profile } = (await recorder.read())!;
  assert.ok(bytesUnder(profile.head, 'keepRecords') > 2e6);
});

test('after a burst the interval is what is made of it', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 64 * 1024 });
  const samplesOf = async (): Promise<number> => {
    await target.session.evaluate('keepRecords(40000); undefined');
    return (await recorder.read())!.profile.samples!.length;
  };
  const before = await samplesOf();
  await recorder.startBurst({ intervalBytes: 16 * 1024 });
  await recorder.endBurst(() => 8 * 1024);
  assert.equal(recorder.intervalBytes, 8 * 1024);
  assert.ok((await samplesOf()) > 3 * before);
});

test('a burst counts garbage too, and afterwards only what lives counts again', async (t) => {
  const target = await startInspected(t, LEAKY);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new AllocationRecorder(target.session, probe.measure);
  await recorder.start({ intervalBytes: 16 * 1024 });
  await recorder.startBurst({ intervalBytes: 16 * 1024 });
  await target.session.evaluate('dropRecords(200000); undefined');
  const burst = await recorder.endBurst();
  assert.ok(bytesUnder(burst!.profile.head, 'dropRecords') > 2e6);
  await target.session.evaluate('keepRecords(40000); dropRecords(200000); undefined');
  const { profile } = (await recorder.read())!;
  const kept = bytesUnder(profile.head, 'keepRecords');
  assert.ok(kept > 2e6, `kept ${kept}`);
  assert.ok(bytesUnder(profile.head, 'dropRecords') < kept / 10);
});
