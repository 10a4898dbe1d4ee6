import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createHostClock } from '../../../src/capture/host-clock.ts';
import { lookAtHeap, readHeapMakeup } from '../../../src/capture/look-at-heap.ts';
import { readMemory } from '../../../src/capture/peak-memory.ts';
import { RuntimeProbe } from '../../../src/capture/runtime-probe.ts';
import { readMainThread, timeBetween } from '../../../src/capture/slowdown.ts';
import { SnapshotRecorder } from '../../../src/capture/snapshot-recorder.ts';
import { attach } from '../../../src/target/attach.ts';
import type { Attachment } from '../../../src/target/attachment.ts';
import { connectInspector } from '../../../src/target/connect-inspector.ts';
import { readProcessFacts } from '../../../src/target/process-facts.ts';
import type { InspectorSession } from '../../../src/target/session.ts';
import { majorOf, type Row, type Truth } from './row.ts';

const TARGET = 'test/targets/shaped-heap.mjs';
const clock = createHostClock();

/** Starts a target, looks at its heap, and takes two snapshots of it with the product's own code. */
export async function measureRow(binary: string, shape: string, megabytes: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'snapshot-cost-'));
  const child = spawn(
    binary,
    ['--max-old-space-size=4000', '--inspect=127.0.0.1:0', TARGET, shape, String(megabytes)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  try {
    await once(createInterface({ input: child.stdout! }), 'line');
    const facts = readProcessFacts(child.pid ?? 0);
    if (!facts) throw new Error('the target has ended');
    const attachment = await attach(facts);
    const session = await connectInspector(attachment.inspector.url);
    try {
      return await measure(attachment, session, { shape, megabytes, path: join(folder, 'one.heapsnapshot') });
    } finally {
      session.disconnect();
      attachment.session.disconnect();
    }
  } finally {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  { session, facts }: Attachment,
  heapSession: InspectorSession,
  { shape, megabytes, path }: { readonly shape: string; readonly megabytes: number; readonly path: string },
): Promise<Row> {
  const { pid, nodeVersion } = facts;
  const node = nodeVersion ?? '';
  const probe = await RuntimeProbe.install(session, { clock, httpProbes: false });
  const recorder = new SnapshotRecorder({
    session: heapSession,
    measure: probe.measure,
    newEpoch: () => '0',
    pid,
    nodeMajor: majorOf(node),
    maxPauseMs: null,
  });
  await heapSession.call('HeapProfiler.collectGarbage', {}, { deadlineMs: 60_000 });
  const makeup = await readHeapMakeup(heapSession);
  const rssBytes = readMemory(pid)?.rssBytes ?? 0;
  const before = readMainThread(pid);
  const looked = await probe.measure(() => lookAtHeap(heapSession));
  const lookCpuMs = timeBetween(before, readMainThread(pid))?.runMs ?? 0;
  const first = await take(recorder, heapSession, { pid, path, rssBytes });
  const second = await take(recorder, heapSession, { pid, path: `${path}2`, rssBytes: null });
  const row = { node, shape, megabytes, makeup, look: looked.value, lookMs: looked.cost.pauseMs, lookCpuMs };
  return { ...row, first: first.truth, calibration: first.calibration, second: second.truth };
}

async function take(
  recorder: SnapshotRecorder,
  session: InspectorSession,
  { pid, path, rssBytes }: { readonly pid: number; readonly path: string; readonly rssBytes: number | null },
): Promise<{ readonly truth: Truth; readonly calibration: Row['calibration'] }> {
  const makeup = await readHeapMakeup(session);
  const rssBefore = rssBytes ?? readMemory(pid)?.rssBytes ?? 0;
  // Sets the highest mark of the kernel back, so that it is of this snapshot.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const { nodes, bytes, cost, cpuMs, memory } = await recorder.take(path, { pauseMs: 60_000, keepIds: false });
  if (nodes === null || cpuMs === null || memory === null) throw new Error('the kernel does not tell what it cost');
  const peakBytes = memory.startRssBytes + memory.peakBytes - rssBefore;
  const truth = { makeup, rssBytes: rssBefore, nodes, bytes, peakBytes, cpuMs, pauseMs: cost.pauseMs };
  return { truth, calibration: { nodes, makeup, cpuMs, memory } };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
