import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { measureRoundTrip } from '../../src/capture/measure-cost.ts';
import type { Sink } from '../../src/capture/part-file.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { SnapshotRecorder } from '../../src/capture/snapshot-recorder.ts';
import { type InspectedChild, startInspected } from './inspected-child.ts';

const clock = createHostClock();
const HOLDER = `
class OrderAudit { constructor(i) { this.id = i; this.lines = [{ i }, { i }]; } }
globalThis.kept = Array.from({ length: 30000 }, (_, i) => new OrderAudit(i));
setInterval(() => {}, 1000);
console.log('ready');
`;

async function startRecorder(t: Parameters<typeof startInspected>[0], openSink?: (path: string) => Sink) {
  const target = await startInspected(t, HOLDER);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new SnapshotRecorder({
    session: target.session,
    measure: probe.measure,
    newEpoch: randomUUID,
    pid: target.pid,
    nodeMajor: 20,
    maxPauseMs: null,
    ...(openSink && { openSink }),
  });
  return { target, recorder, file: join(target.folder, 'heap', '1.heapsnapshot') };
}

function filesOf(target: InspectedChild): string[] {
  const folder = join(target.folder, 'heap');
  return existsSync(folder) ? readdirSync(folder) : [];
}

test('a snapshot is whole, private, counted, and calibrates the next estimate', async (t) => {
  const { target, recorder, file } = await startRecorder(t);
  const taken = await recorder.take(file, { pauseMs: 1000, keepIds: false });
  const snapshot = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(snapshot.snapshot.node_count, taken.nodes);
  assert.equal(snapshot.nodes.length, taken.nodes! * snapshot.snapshot.meta.node_fields.length);
  assert.ok(snapshot.strings.includes('OrderAudit'));
  assert.equal(statSync(file).size, taken.bytes);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(target.folder, 'heap')).mode & 0o777, 0o700);
  assert.deepEqual(filesOf(target), ['1.heapsnapshot']);
  assert.ok(taken.cost.pauseMs > 10 && taken.cost.pauseMs <= taken.cost.endMonoMs - taken.cost.startMonoMs + 50);
  assert.ok(taken.memory!.peakBytes > 20e6 && taken.cpuMs! > 10);
  const { estimate, steps } = await recorder.judge({ path: file, force: false });
  assert.ok(Math.abs(estimate.nodes / taken.nodes! - 1) < 0.1, 'calibrated by the snapshot before');
  assert.deepEqual(steps, [], 'nothing was done to the target to know it');
});

test('ids are of one epoch while they are kept, and of another afterwards', async (t) => {
  const { recorder, file } = await startRecorder(t);
  const first = await recorder.take(file, { pauseMs: 1000, keepIds: true });
  const second = await recorder.take(`${file}2`, { pauseMs: 1000, keepIds: false });
  const third = await recorder.take(`${file}3`, { pauseMs: 1000, keepIds: false });
  assert.equal(first.idEpoch, second.idEpoch);
  assert.notEqual(second.idEpoch, third.idEpoch);
  const [a, b, c] = [file, `${file}2`, `${file}3`].map(readOrderIds) as [Set<number>, Set<number>, Set<number>];
  assert.deepEqual(a, b, 'the same objects, the same ids');
  assert.notDeepEqual(b, c, 'numbered again');
});

test('a heap that cannot be judged by its spaces is collected and looked through, and nothing of that stays on', async (t) => {
  const target = await startInspected(t, HOLDER);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const options = { measure: probe.measure, newEpoch: randomUUID, pid: target.pid, nodeMajor: 20 };
  const session = await target.connect();
  const path = join(target.folder, 'heap', '1.heapsnapshot');
  const atMost = async (maxPauseMs: number) =>
    await new SnapshotRecorder({ ...options, session, maxPauseMs }).judge({ path, force: false });
  const bySpaces = (await atMost(1e9)).estimate;
  const looked = await atMost(0.8 * bySpaces.pauseMs);
  assert.deepEqual(
    looked.steps.map(({ capture }) => capture),
    ['collect-garbage', 'heap-count'],
  );
  assert.ok(looked.estimate.extraBytes < bySpaces.extraBytes && looked.estimate.nodes < bySpaces.nodes);
  let updates = 0;
  const off = session.on('HeapProfiler.heapStatsUpdate', () => {
    updates += 1;
  });
  await sleep(300);
  off();
  assert.equal(updates, 0, 'the tracking of objects has ended');
  // With force nothing is done to know what does not matter.
  const forced = await new SnapshotRecorder({ ...options, session, maxPauseMs: 1 }).judge({ path, force: true });
  assert.deepEqual([forced.steps.length, forced.estimate.verdict === 'go'], [0, false]);
});

test('where the list of its objects has no room under the limit of its heap, a service is not walked through', async (t) => {
  // 60 MB of objects: 16 MB for a list of them are not there, and V8 would end the program.
  const program = `
globalThis.kept = [];
while (process.memoryUsage().heapUsed < 60e6) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
setInterval(() => {}, 1000);
console.log('ready');
`;
  const judge = async (limitMib: number) => {
    const target = await startInspected(t, program, { flags: [`--max-old-space-size=${limitMib}`] });
    const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
    const options = { newEpoch: randomUUID, pid: target.pid, nodeMajor: 20, maxPauseMs: 1e9 };
    return await new SnapshotRecorder({ ...options, session: target.session, measure: probe.measure }).judgeWalk();
  };
  const { verdict } = await judge(72);
  assert.ok(verdict !== 'go');
  assert.match(verdict.refused, /the old space of V8 \(--max-old-space-size\) with its limit of 75\.5 MB/);
  assert.equal((await judge(1000)).verdict, 'go');
});

/** Ids of the objects of class OrderAudit. */
function readOrderIds(file: string): Set<number> {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8'));
  const fields: string[] = snapshot.meta.node_fields;
  const [type, name, id] = ['type', 'name', 'id'].map((field) => fields.indexOf(field)) as [number, number, number];
  const object = snapshot.meta.node_types[type].indexOf('object');
  const ids = new Set<number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + type] === object && strings[nodes[at + name]] === 'OrderAudit') ids.add(nodes[at + id]);
  }
  return ids;
}

test('console arguments that the open inspector retains are not in the snapshot', async (t) => {
  const { target, recorder, file } = await startRecorder(t);
  await target.session.evaluate(
    `class OnlyLogged {}; for (let i = 0; i < 50; i++) console.error(new OnlyLogged()); undefined`,
  );
  await recorder.take(file, { pauseMs: 1000, keepIds: false });
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8'));
  const width = snapshot.meta.node_fields.length;
  const names: string[] = [];
  for (let i = 0; i < nodes.length; i += width) if (nodes[i] === 3) names.push(strings[nodes[i + 1]]);
  assert.ok(names.filter((name) => name === 'OnlyLogged').length < 5);
  assert.ok(names.filter((name) => name === 'OrderAudit').length >= 30_000);
});

test('a target killed in the middle leaves an error and no file', async (t) => {
  const { target, recorder, file } = await startRecorder(t);
  const off = target.session.on('HeapProfiler.addHeapSnapshotChunk', () => target.child.kill('SIGKILL'));
  await assert.rejects(recorder.take(file, { pauseMs: 1000, keepIds: false }));
  off();
  assert.deepEqual(filesOf(target), []);
});

test('a disk that is full is told as such, and nothing of the file stays', async (t) => {
  let abandoned = false;
  const openSink = (): Sink => ({
    write: () => {
      throw new Error('ENOSPC: no space left on device');
    },
    commit: () => ({ path: '', bytes: 0, checksum: '00000000' }),
    abandon: () => {
      abandoned = true;
    },
  });
  const { recorder, file } = await startRecorder(t, openSink);
  await assert.rejects(recorder.take(file, { pauseMs: 1000, keepIds: false }), /ENOSPC/);
  assert.ok(abandoned);
});

test('a path that cannot be written fails before the target is stopped', async (t) => {
  const { target, recorder } = await startRecorder(t);
  await assert.rejects(
    recorder.take(join(target.folder, 'service.cjs', '1.heapsnapshot'), { pauseMs: 1000, keepIds: false }),
    (error: Error & { code?: string; exitCode?: number }) => error.code === 'storage' && error.exitCode === 6,
  );
});

test('without a probe the round trip is the pause', async () => {
  const { value, cost } = await measureRoundTrip(clock)(async () => {
    await sleep(20);
    return 7;
  });
  assert.equal(value, 7);
  assert.equal(cost.pauseMs, cost.endMonoMs - cost.startMonoMs);
});
