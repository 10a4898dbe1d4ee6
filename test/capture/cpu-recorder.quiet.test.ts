import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CpuRecorder, type CpuWindow } from '../../src/capture/cpu-recorder.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { countRetained } from '../helpers/retention.ts';
import { startInspected } from './inspected-child.ts';

const clock = createHostClock();
/** Half of the time in `burnCycles`, the other half idle. It calls itself, so that V8 cannot make it a part of its caller. */
const BUSY = `
function burnCycles(n) { return n < 2 ? n : burnCycles(n - 1) + burnCycles(n - 2); }
setInterval(() => { const end = performance.now() + 25; while (performance.now() < end) burnCycles(16); }, 50);
console.log('ready');
`;

function shareOf(window: CpuWindow, functionName: string): number {
  const { nodes, samples, timeDeltas } = window.profile;
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  let inside = 0;
  let all = 0;
  samples.forEach((id, i) => {
    all += timeDeltas[i] ?? 0;
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      if (byId.get(at)?.callFrame.functionName !== functionName) continue;
      inside += timeDeltas[i] ?? 0;
      break;
    }
  });
  return inside / all;
}

async function startRecorder(t: TestContext, node = process.execPath) {
  const target = await startInspected(t, BUSY, { node });
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const recorder = new CpuRecorder({ session: target.session, clock, measure: probe.measure, name: 'run-1' });
  return { target, recorder };
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: windows name the hot function with its share, and leave no gap`, { skip }, (t) =>
    recordWindows(t, binary),
  );
}

async function recordWindows(t: TestContext, node: string): Promise<void> {
  const { recorder } = await startRecorder(t, node);
  const cost = await recorder.start({ intervalUs: 5000 });
  assert.ok(cost.pauseMs >= 0);
  const windows: CpuWindow[] = [];
  for (let i = 0; i < 3; i++) {
    await sleep(700);
    windows.push(await recorder.rotate());
  }
  await sleep(300);
  windows.push(await recorder.stop());
  assert.equal(recorder.isRunning, false);
  // Over all windows: on a busy machine a single one may see the target wait for a core.
  const shares = windows.map((window) => shareOf(window, 'burnCycles'));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  assert.ok(mean > 0.15 && mean < 0.9, `share of burnCycles by window: ${shares}`);
  for (const [i, window] of windows.slice(1).entries()) {
    assert.ok(window.startMonoMs <= windows[i]!.endMonoMs, 'starts before the one before has ended');
  }
  assert.ok(Math.abs(windows[0]!.startMonoMs - cost.startMonoMs) < 5000, 'stamps are of our clock');
  t.diagnostic(
    `pause of the start ${cost.pauseMs.toFixed(0)} ms, of rotations ${windows.map((w) => w.cost.pauseMs.toFixed(0))} ms`,
  );
}

test('a recording can be started again with another interval', async (t) => {
  const { recorder } = await startRecorder(t);
  for (const intervalUs of [20_000, 5000]) {
    await recorder.start({ intervalUs });
    await assert.rejects(recorder.start({ intervalUs }), /running/);
    await sleep(600);
    const { profile, startMonoMs, endMonoMs } = await recorder.stop();
    const meanUs = ((endMonoMs - startMonoMs) * 1000) / profile.samples.length;
    assert.ok(meanUs > intervalUs * 0.5 && meanUs < intervalUs * 10, `${meanUs} us between samples`);
  }
  await assert.rejects(recorder.rotate(), /no CPU recording/);
});

test('console.profile of the program itself is not taken for ours', async (t) => {
  const { target, recorder } = await startRecorder(t);
  await recorder.start({ intervalUs: 5000 });
  await target.session.evaluate(`console.profile('theirs'); console.profileEnd('theirs')`);
  await sleep(200);
  await target.session.evaluate('console.profileEnd()');
  const ended = await recorder.rotate();
  assert.ok(ended.profile.samples.length > 5, 'a window that the program ended is still delivered');
  assert.ok((await recorder.stop()).profile.nodes.length > 0);
});

test('many windows do not grow the target', async (t) => {
  const { target, recorder } = await startRecorder(t);
  const readRss = async (): Promise<number> => {
    await target.session.call('HeapProfiler.collectGarbage');
    return await target.session.evaluate<number>('process.memoryUsage.rss()');
  };
  await recorder.start({ intervalUs: 5000 });
  const rotate = async (times: number): Promise<number> => {
    for (let i = 0; i < times; i++) await recorder.rotate();
    return await readRss();
  };
  const before = await rotate(30);
  const growth = (await rotate(60)) - before;
  await recorder.stop();
  t.diagnostic(`growth over 60 windows ${(growth / 1e6).toFixed(1)} MB`);
  assert.ok(growth < 5e6, `grew by ${growth} bytes`);
});

test('a window that was handed over is no longer held, while the connection lives on', async (t) => {
  const { recorder } = await startRecorder(t);
  await recorder.start({ intervalUs: 5000 });
  const retained = await countRetained(10, async () => (await recorder.rotate()).profile);
  await recorder.stop();
  // The last may still stand on the stack of whoever asked.
  assert.ok(retained <= 1, `${retained} of 10 profiles are held`);
});

test('a target that dies fails the window at once', async (t) => {
  const { target, recorder } = await startRecorder(t);
  await recorder.start({ intervalUs: 5000 });
  target.child.kill('SIGKILL');
  await target.session.closed;
  await assert.rejects(recorder.rotate(), /closed/);
});
