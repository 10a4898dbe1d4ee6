import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AllocationRecorder } from '../../src/capture/allocation-recorder.ts';
import { CallCounter } from '../../src/capture/call-counter.ts';
import { CpuRecorder } from '../../src/capture/cpu-recorder.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { measureRoundTrip } from '../../src/capture/measure-cost.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { poll } from '../../src/target/poll.ts';
import { readStat } from '../../src/target/proc.ts';
import type { InspectorSession } from '../../src/target/session.ts';
import { REGISTRY_EXPRESSION } from '../../src/target/target-registry.ts';
import { type InspectedChild, startInspected } from './inspected-child.ts';

// A service that stands still (docker pause, a native call) longer than a call is waited for does what it was asked when it
// goes on. Nothing of that may stay on.

const TIMEOUT = { timeout: 60_000 };
const clock = createHostClock();
const measure = measureRoundTrip(clock);
const SERVICE = "setInterval(() => {}, 1000); console.log('ready');";

/** A session of a tool that waits for a moment only, where `stopAt` says that the service stands still from then on. */
function impatient({ child }: InspectedChild, session: InspectorSession, stopAt: (text: string) => boolean) {
  const shortly = async (method: 'call' | 'evaluate' | 'evaluateInTurn', text: string, params: object) => {
    const stops = stopAt(text + JSON.stringify(params));
    if (stops) {
      child.kill('SIGSTOP');
      await poll(() => (readStat(child.pid!)?.state === 'T' ? true : null), 10_000, 10);
    }
    const deadlineMs = stops ? 200 : 20_000;
    if (method === 'call') return await session.call(text, params, { deadlineMs });
    return await session[method](text, { deadlineMs });
  };
  return new Proxy(session, {
    get(real, key) {
      if (key === 'call') return (text: string, params: object = {}) => shortly('call', text, params);
      if (key === 'evaluate' || key === 'evaluateInTurn') return (text: string) => shortly(key, text, {});
      const value = Reflect.get(real, key, real);
      return typeof value === 'function' ? value.bind(real) : value;
    },
  });
}

test('a CPU window that opens too late is closed again', TIMEOUT, async (t) => {
  const target = await startInspected(t, SERVICE);
  const session = impatient(target, target.session, (text) => text.includes('.profile("soak-profiler late 2")'));
  const recorder = new CpuRecorder({ session, clock, measure, name: 'late' });
  await recorder.start({ intervalUs: 1000 });
  const closed = new Promise<void>((resolve) => {
    session.on<{ title?: string }>('Profiler.consoleProfileFinished', ({ title }) => {
      if (title === 'soak-profiler late 2') resolve();
    });
  });
  await assert.rejects(recorder.rotate(), /no answer/);
  target.child.kill('SIGCONT');
  await closed;
  assert.ok((await recorder.rotate()).profile.nodes.length > 0);
  await recorder.stop();
});

test('a counting of calls that begins too late is ended again', TIMEOUT, async (t) => {
  const target = await startInspected(t, SERVICE);
  const session = impatient(target, target.session, (text) => text.startsWith('Profiler.startPreciseCoverage'));
  await assert.rejects(new CallCounter(session, measure).start(), /no answer/);
  target.child.kill('SIGCONT');
  await target.session.call('Profiler.enable');
  await assert.rejects(target.session.call('Profiler.takePreciseCoverage'), /not been started/);
});

test('a sampling of garbage that begins too late gives way to that of live objects', TIMEOUT, async (t) => {
  const target = await startInspected(t, SERVICE);
  let stops = 0;
  let samplesLive = (): void => {};
  const again = new Promise<void>((resolve) => {
    samplesLive = resolve;
  });
  const session = impatient(target, target.session, (text) => {
    if (text.includes('"includeObjectsCollectedByMajorGC":true')) return stops++ === 0;
    if (stops > 0 && text.includes('"includeObjectsCollectedByMajorGC":false')) samplesLive();
    return false;
  });
  const recorder = new AllocationRecorder(session, measure);
  await recorder.start({ intervalBytes: 1024 });
  await assert.rejects(recorder.startBurst({ intervalBytes: 1024 }), /no answer/);
  target.child.kill('SIGCONT');
  await again;
  assert.ok(await recorder.read(), 'live objects are sampled again');
  await recorder.discard();
});

test('a watch for stalls that begins too late is ended again', TIMEOUT, async (t) => {
  const target = await startInspected(t, SERVICE);
  const session = impatient(target, target.session, (text) => /\.(?:begin|end)StallWatch\(/.test(text));
  const probe = await RuntimeProbe.install(session, { httpProbes: false, clock });
  const { value } = await probe.measure(async () => 'done');
  assert.equal(value, 'done');
  target.child.kill('SIGCONT');
  assert.equal(await target.session.evaluateInTurn(`${REGISTRY_EXPRESSION}.probe.endStallWatch(1)`), null);
});
