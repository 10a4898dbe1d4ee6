import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import type { ProfilerError } from '../../src/model/errors.ts';
import { attach } from '../../src/target/attach.ts';
import { attachToAddress } from '../../src/target/attach-to-address.ts';
import { detachLeftover } from '../../src/target/detach-leftover.ts';
import { diagnose } from '../../src/target/diagnose.ts';
import { listNodeProcesses } from '../../src/target/list-node-processes.ts';
import { listeningSocketsOf } from '../../src/target/listening-sockets.ts';
import { openInspector } from '../../src/target/open-inspector.ts';
import { wasOpenedByUs } from '../../src/target/opening-mark.ts';
import { poll } from '../../src/target/poll.ts';
import type { ProcessFacts } from '../../src/target/process-facts.ts';
import { REGISTRY_EXPRESSION } from '../../src/target/target-registry.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { killAndWait, type StartedTarget, startAttacher, startTarget } from './start-target.ts';

const TIMEOUT = { timeout: 60_000 };

const portsOf = (facts: ProcessFacts): number[] => (listeningSocketsOf(facts.pid) ?? []).map(({ port }) => port);

async function ask(target: StartedTarget, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${target.port}${path}`);
  return response.text();
}

async function attachTo({ facts }: StartedTarget) {
  const attachment = await attach(facts);
  return { session: attachment.session, detach: () => attachment.detach() };
}

async function leavesNothing(context: TestContext, binary: string): Promise<void> {
  const target = await startTarget(context, 'http-service.mjs', { binary });
  const before = await ask(target, '/self');
  assert.equal(JSON.parse(before).ours, 0);

  const attachment = await attach(target.facts);
  assert.equal(attachment.openedByUs, true);
  assert.match(attachment.facts.nodeVersion ?? '', /^v\d+\./);
  assert.notEqual(attachment.inspector.port, 9229, 'it moved off the default port');
  assert.deepEqual(portsOf(target.facts).sort(), [target.port, attachment.inspector.port].sort());
  assert.equal(JSON.parse(await ask(target, '/self')).ours, 1);
  await attachment.heartbeat();
  await attachment.session.evaluate(
    `{ const once = () => {}; process.on('warning', once); ${REGISTRY_EXPRESSION}.cleanups.set('test', () => process.off('warning', once)) }`,
  );

  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  assert.deepEqual(portsOf(target.facts), [target.port]);
  assert.equal(await ask(target, '/self'), before);
  assert.equal(await ask(target, '/'), 'ok\n');

  const again = await attach(target.facts);
  assert.equal(again.openedByUs, true);
  assert.deepEqual(await again.detach(), { inspectorClosed: true, problems: [] });
  assert.equal(await ask(target, '/self'), before);
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`attach and detach leave nothing behind on Node ${major}`, { skip, timeout: 60_000 }, (context) =>
    leavesNothing(context, binary),
  );
}

test('Node under another name is known by what it contains', TIMEOUT, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'renamed-node-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const binary = join(folder, 'order-service');
  copyFileSync(process.execPath, binary);
  const target = await startTarget(context, 'http-service.mjs', { binary });
  assert.equal(target.facts.isNode, true);
  assert.ok(listNodeProcesses().some(({ pid }) => pid === target.facts.pid));
  const attachment = await attach(target.facts);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
});

test('several targets are attached to at once', TIMEOUT, async (context) => {
  const targets = await Promise.all([1, 2, 3].map(() => startTarget(context, 'http-service.mjs')));
  const attachments = await Promise.all(targets.map(({ facts }) => attach(facts)));
  const pids = await Promise.all(attachments.map(({ session }) => session.evaluate('process.pid')));
  assert.deepEqual(
    pids,
    targets.map(({ facts }) => facts.pid),
  );
  const results = await Promise.all(attachments.map((attachment) => attachment.detach()));
  assert.ok(results.every(({ inspectorClosed }) => inspectorClosed));
});

test('a process that hangs in its own code can be attached to', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'busy-loop.mjs');
  const attachment = await attach(target.facts);
  assert.equal(await attachment.session.evaluate('process.pid'), target.facts.pid);
  assert.notEqual(attachment.inspector.port, 9229);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
});

const TURNS_LEFT = "Object.hasOwn(globalThis, Symbol.for('soak-profiler.turns'))";

test('what waits for its turn in a target that stands still runs once', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const { session, detach } = await attachTo(target);
  process.kill(target.facts.pid, 'SIGSTOP');
  const asked = session.evaluateInTurn<number>('globalThis.turns = (globalThis.turns ?? 0) + 1', {
    deadlineMs: 20_000,
  });
  await sleep(2_500);
  process.kill(target.facts.pid, 'SIGCONT');
  assert.equal(await asked, 1);
  await sleep(200);
  assert.deepEqual(await session.evaluate(`[globalThis.turns, ${TURNS_LEFT}]`), [1, false]);
  await detach();
});

test('in a loop that does not end, what waits for its turn is done all the same, once', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'busy-loop.mjs');
  const { session, detach } = await attachTo(target);
  assert.equal(await session.evaluateInTurn('globalThis.turns = (globalThis.turns ?? 0) + 1'), 1);
  await assert.rejects(session.evaluateInTurn("(() => { throw new Error('of the target') })()"), /of the target/);
  assert.deepEqual(await session.evaluate(`[globalThis.turns, ${TURNS_LEFT}]`), [1, false]);
  await detach();
});

for (const { major, binary, skip } of nodeVersions()) {
  test(`no timer of ours is cleared while Node is about to call it: Node ${major}`, {
    skip,
    ...TIMEOUT,
  }, async (context) => {
    const target = await startTarget(context, 'traced-timers.mjs', { binary });
    for (let round = 0; round < 3; round += 1) {
      const attachment = await attach(target.facts);
      const probe = await RuntimeProbe.install(attachment.session, { clock: createHostClock(), httpProbes: true });
      for (let watched = 0; watched < 5; watched += 1) await probe.measure(() => sleep(20 + watched));
      const { inspectorClosed } = await attachment.detach();
      assert.ok(inspectorClosed, target.stderr());
    }
    assert.equal(target.child.exitCode, null, target.stderr());
  });
}

for (const { major, binary, skip } of nodeVersions()) {
  for (const ipc of [false, true]) {
    test(`no server of the service is asked whether it is an inspector: Node ${major}${ipc ? ', forked' : ''}`, {
      skip,
      ...TIMEOUT,
    }, async (context) => {
      const target = await startTarget(context, 'line-server.mjs', { binary, ipc });
      await diagnose(target.facts);
      await killAndWait((await startAttacher(context, target.facts)).child);
      const { closed } = await detachLeftover(target.facts, { force: true });
      assert.equal(closed, true, 'the inspector is found beside it');
      assert.equal((await detachLeftover(target.facts, { force: true })).closed, false);
      await (await attach(target.facts)).detach();
      assert.equal(target.child.exitCode, null, target.stderr());
    });
  }

  test(`a program that has not come to its event loop yet is attached to: Node ${major}`, {
    skip,
    ...TIMEOUT,
  }, async (context) => {
    const target = await startTarget(context, 'never-ending.mjs', { binary });
    const { inspector } = await openInspector(target.facts);
    assert.equal(inspector.port, 9229);
  });
}

test('an inspector that was open before stays open', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs', { nodeFlags: ['--inspect=127.0.0.1:0'] });
  const before = await ask(target, '/self');
  const attachment = await attach(target.facts);
  assert.equal(attachment.openedByUs, false);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  assert.ok(portsOf(target.facts).includes(attachment.inspector.port));
  assert.equal(await ask(target, '/self'), before);
});

test('what the console printed meanwhile is set free again', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'talkative.mjs', { nodeFlags: ['--expose-gc'] });
  const before = Number(await ask(target, '/'));
  const attachment = await attach(target.facts);
  const during = Number(await ask(target, '/'));
  assert.ok(during > before + 20e6, `an open inspector keeps console arguments: ${before} -> ${during}`);
  await attachment.detach();
  const after = Number(await ask(target, '/'));
  assert.ok(after < before + 5e6, `freed after detach: ${before} -> ${during} -> ${after}`);
});

test('a second instance is refused and named, the first goes on', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const first = await startAttacher(context, target.facts);
  await assert.rejects(attach(target.facts), (error: ProfilerError) => {
    assert.equal(error.code, 'target-busy');
    assert.equal(error.exitCode, 3);
    assert.match(error.message, new RegExp(`pid ${first.child.pid}\\b`));
    return true;
  });
  await assert.rejects(detachLeftover(target.facts), { code: 'target-busy' });
  assert.ok(portsOf(target.facts).includes(first.port));
});

test('what a killed instance left is closed by the next one that attaches', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const before = await ask(target, '/self');
  await killAndWait((await startAttacher(context, target.facts)).child);
  const attachment = await attach(target.facts);
  assert.equal(attachment.openedByUs, true, 'the duty to close is taken over');
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  assert.equal(await ask(target, '/self'), before);
});

test('what a killed instance left is closed by `detach`', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const before = await ask(target, '/self');
  await killAndWait((await startAttacher(context, target.facts)).child);
  assert.equal((await detachLeftover(target.facts)).closed, true);
  assert.deepEqual(portsOf(target.facts), [target.port]);
  assert.equal(await ask(target, '/self'), before);
  assert.equal((await detachLeftover(target.facts)).closed, false, 'nothing is open any more');
});

test('an inspector that others opened is closed by force only', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs', { nodeFlags: ['--inspect=127.0.0.1:0'] });
  await assert.rejects(detachLeftover(target.facts), { code: 'inspector-not-ours' });
  assert.equal((await detachLeftover(target.facts, { force: true })).closed, true);
  assert.deepEqual(portsOf(target.facts), [target.port]);
});

for (const { major, binary, skip } of nodeVersions()) {
  test(`the watchdog closes the inspector after kill -9 on Node ${major}`, { ...TIMEOUT, skip }, async (context) => {
    const target = await startTarget(context, 'http-service.mjs', { binary });
    const before = await ask(target, '/self');
    await killAndWait((await startAttacher(context, target.facts, 100)).child);
    assert.ok(await poll(() => (portsOf(target.facts).length === 1 ? true : null), 20_000));
    assert.equal(await ask(target, '/self'), before);
  });
}

test('the watchdog closes the inspector within 60 s of kill -9 by default', { timeout: 120_000 }, async (context) => {
  const target = await startTarget(context, 'talkative.mjs', { nodeFlags: ['--expose-gc'] });
  const before = Number(await ask(target, '/'));
  await killAndWait((await startAttacher(context, target.facts)).child);
  await ask(target, '/');
  assert.ok(await poll(() => (portsOf(target.facts).length === 1 ? true : null), 60_000, 250));
  const after = Number(await ask(target, '/'));
  assert.ok(after < before + 5e6, `console arguments are free too: ${before} -> ${after}`);
});

test(
  'the watchdog counts its ticks: a loop that was blocked for longer does not set it off',
  TIMEOUT,
  async (context) => {
    const target = await startTarget(context, 'http-service.mjs');
    const attachment = await attach(target.facts, { watchdogTickMs: 100 });
    await attachment.session.evaluate('{ const end = Date.now() + 2000; while (Date.now() < end); }');
    await attachment.suspendWatchdog();
    await attachment.resumeWatchdog();
    await attachment.heartbeat();
    assert.equal(await attachment.session.evaluate(`${REGISTRY_EXPRESSION}.silentTicks`), 0);
    assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  },
);

test('an inspector that closes under us: calls fail, a new attach works', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const before = await ask(target, '/self');
  const lost = await attach(target.facts);
  const waiting = lost.session.call('Runtime.evaluate', { expression: 'new Promise(() => {})', awaitPromise: true });
  const failed = assert.rejects(waiting, { name: 'InspectorError', reason: 'closed', method: 'Runtime.evaluate' });
  await lost.session.evaluate('process._debugEnd()').catch(() => {});
  await Promise.all([failed, lost.session.closed]);

  const attachment = await attach(target.facts);
  assert.equal(attachment.openedByUs, true);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  assert.equal(await ask(target, '/self'), before);
});

test('a cut connection does not keep detach from closing', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const attachment = await attach(target.facts);
  attachment.session.disconnect();
  await attachment.session.closed;
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  assert.deepEqual(portsOf(target.facts), [target.port]);
});

test('a target that dies while attached to', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const attachment = await attach(target.facts);
  await killAndWait(target.child);
  await attachment.session.closed;
  await assert.rejects(attachment.heartbeat(), { name: 'InspectorError', reason: 'closed' });
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
});

test('a target that is stopped while attached to closes when it goes on', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const attachment = await attach(target.facts, { watchdogTickMs: 100 });
  target.child.kill('SIGSTOP');
  await assert.rejects(attachment.session.evaluate('1', { deadlineMs: 200 }), { reason: 'deadline' });
  const { inspectorClosed, problems } = await attachment.detach();
  assert.equal(inspectorClosed, false);
  assert.match(problems.join(), /watchdog/);
  target.child.kill('SIGCONT');
  assert.ok(await poll(() => (portsOf(target.facts).length === 1 ? true : null), 20_000));
});

test('errors of the target arrive with its own words', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const attachment = await attach(target.facts);
  await assert.rejects(attachment.session.evaluate('missing.name'), {
    name: 'InspectorError',
    reason: 'exception',
    message: /ReferenceError: missing is not defined$/,
  });
  await assert.rejects(attachment.session.call('No.such'), { name: 'InspectorError', reason: 'protocol' });
  await attachment.detach();
});

test('an inspector given by its address', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs', { nodeFlags: ['--inspect=127.0.0.1:0'] });
  const port = portsOf(target.facts).find((other) => other !== target.port);
  const attachment = await attachToAddress(`localhost:${port}`);
  assert.equal(attachment.facts.pid, target.facts.pid);
  assert.equal(attachment.facts.startTicks, target.facts.startTicks);
  assert.equal(attachment.process?.pid, target.facts.pid);
  await attachment.detach();
  const again = await attachToAddress(attachment.inspector.url);
  await again.detach();
  assert.equal(portsOf(target.facts).length, 2, 'it stays open');

  await assert.rejects(attachToAddress('10.1.2.3:9229'), { code: 'inspect-remote-refused', exitCode: 2 });
  await assert.rejects(attachToAddress('nonsense'), { code: 'inspect-address-invalid', exitCode: 2 });
  await assert.rejects(attachToAddress(`127.0.0.1:${target.port}`), { code: 'inspector-unreachable', exitCode: 3 });
});

test('killed between the signal and the watchdog: the next instance knows that it was us', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const before = await ask(target, '/self');
  const leaveOpen = async (): Promise<void> => {
    const { opened } = await openInspector(target.facts);
    assert.equal(opened, true);
  };
  await leaveOpen();
  assert.equal((await detachLeftover(target.facts)).closed, true);
  assert.deepEqual(portsOf(target.facts), [target.port]);

  await leaveOpen();
  const attachment = await attach(target.facts);
  assert.equal(attachment.openedByUs, true);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  assert.equal(wasOpenedByUs(target.facts), false);
  assert.equal(await ask(target, '/self'), before);
});
