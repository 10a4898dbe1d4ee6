import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from '../../src/target/attach.ts';
import { attachToAddress } from '../../src/target/attach-to-address.ts';
import { closeAbandoned } from '../../src/target/close-abandoned.ts';
import { closeLater } from '../../src/target/close-later.ts';
import { connectInspector } from '../../src/target/connect-inspector.ts';
import { connectVerified } from '../../src/target/connect-verified.ts';
import { detachLeftover } from '../../src/target/detach-leftover.ts';
import { listeningSocketsOf } from '../../src/target/listening-sockets.ts';
import { openInspector } from '../../src/target/open-inspector.ts';
import { markOpening, wasOpenedByUs } from '../../src/target/opening-mark.ts';
import { poll } from '../../src/target/poll.ts';
import { listChildren, readStat } from '../../src/target/proc.ts';
import type { ProcessFacts } from '../../src/target/process-facts.ts';
import { claimFresh } from '../../src/target/registry-owner.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { runCli } from '../helpers/run-cli.ts';
import { killAndWait, type StartedTarget, startAttacher, startTarget } from './start-target.ts';

const TIMEOUT = { timeout: 60_000 };

const portsOf = ({ pid }: ProcessFacts): number[] => (listeningSocketsOf(pid) ?? []).map(({ port }) => port);

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: what a blocked service was asked closes it later`, { ...TIMEOUT, skip }, async (context) => {
    const target = await startTarget(context, 'http-service.mjs', { binary });
    const { inspector } = await openInspector(target.facts);
    const session = await connectInspector(inspector.url);
    await session.evaluate('void setTimeout(() => { const end = Date.now() + 3000; while (Date.now() < end); }, 20)');
    session.disconnect();
    await session.closed;
    await sleep(300);
    await closeLater(target.facts, inspector);
    assert.ok(await poll(() => (portsOf(target.facts).length === 1 ? true : null), 20_000));
    assert.equal(await (await fetch(`http://127.0.0.1:${target.port}/`)).text(), 'ok\n');
  });
}

test('a frozen global object: refused, and nothing stays open', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'frozen-global.mjs');
  await assert.rejects(attach(target.facts), {
    code: 'inspector-failed',
    exitCode: 3,
    message: /has frozen its global/,
  });
  assert.deepEqual(portsOf(target.facts), [target.port]);
  assert.equal(wasOpenedByUs(target.facts), false);

  await openInspector(target.facts);
  assert.equal((await detachLeftover(target.facts)).closed, true);
  assert.deepEqual(portsOf(target.facts), [target.port]);
});

test('a program that took hrtime away: refused, and nothing stays open', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'hostile-globals.mjs', { args: ['hrtime'] });
  await assert.rejects(attach(target.facts), { code: 'inspector-failed', exitCode: 3 });
  assert.deepEqual(portsOf(target.facts), []);
  assert.equal(wasOpenedByUs(target.facts), false);
});

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: whatever a program has put in the place of require, nothing stays open`, {
    ...TIMEOUT,
    skip,
  }, async (context) => {
    const target = await startTarget(context, 'hostile-globals.mjs', { binary, args: ['a require of its own'] });
    // A program of ES modules in Node 18 has no other way to Node's modules.
    await attach(target.facts).then(
      async (attachment) => assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] }),
      (error) => assert.deepEqual([major, error.code], [18, 'inspector-failed']),
    );
    assert.deepEqual(portsOf(target.facts), []);
    assert.equal(wasOpenedByUs(target.facts), false);
  });
}

const LIVED_WITH = [
  'process',
  'a process of its own',
  'no _debugEnd',
  '_debugEnd that throws',
  '_debugEnd that does nothing',
] as const;
for (const what of LIVED_WITH) {
  test(
    `a program with ${what === 'process' ? 'no process' : what}: attached to, let go of, taken over by force, and nothing stays open`,
    TIMEOUT,
    async (context) => {
      const target = await startTarget(context, 'hostile-globals.mjs', { args: [what] });
      const attachment = await attach(target.facts);
      assert.notEqual(attachment.inspector.port, 9229, 'it was moved');
      assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
      assert.deepEqual(portsOf(target.facts), []);

      await openInspector(target.facts);
      assert.equal((await detachLeftover(target.facts, { force: true })).closed, true);
      assert.deepEqual(portsOf(target.facts), []);
    },
  );
}

/** The tool is killed after its signal and before its watchdog: nothing in the target knows of it. */
async function leaveOpen(context: TestContext): Promise<StartedTarget> {
  const target = await startTarget(context, 'http-service.mjs');
  const { child, port } = await startAttacher(context, target.facts, undefined, 'open-and-wait.js');
  await killAndWait(child);
  assert.deepEqual(portsOf(target.facts).sort(), [target.port, port].sort());
  assert.equal(wasOpenedByUs(target.facts), true);
  return target;
}

async function assertClosed({ facts, port }: StartedTarget): Promise<void> {
  assert.deepEqual(portsOf(facts), [port]);
  assert.equal(wasOpenedByUs(facts), false);
}

test(
  'killed between signal and watchdog: the next attachment to another service closes what was left',
  TIMEOUT,
  async (context) => {
    const left = await leaveOpen(context);
    const other = await startTarget(context, 'http-service.mjs');
    const attachment = await attach(other.facts);
    await assertClosed(left);
    assert.equal((await attachment.detach()).inspectorClosed, true);
  },
);

for (const command of ['doctor', 'detach']) {
  test(
    `killed between signal and watchdog: ${command} of another service closes what was left`,
    TIMEOUT,
    async (context) => {
      const left = await leaveOpen(context);
      const other = await startTarget(context, 'http-service.mjs');
      const { stderr } = await runCli([command, '--pid', String(other.facts.pid)]);
      assert.match(stderr, /closed the inspector of process \d+ .*: an earlier run was killed while it attached/);
      await assertClosed(left);
    },
  );
}

test('what a living instance is about to open is left to it', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const { port } = await startAttacher(context, target.facts, undefined, 'open-and-wait.js');
  assert.deepEqual(await closeAbandoned(), []);
  assert.deepEqual(portsOf(target.facts).sort(), [target.port, port].sort());
});

test('--inspect at the address of one that was left open takes it over, and closes it', TIMEOUT, async (context) => {
  const left = await leaveOpen(context);
  const attachment = await attachToAddress('127.0.0.1:9229');
  assert.equal((await attachment.detach()).inspectorClosed, true);
  await assertClosed(left);
});

test('the first message to an opened inspector leaves the watchdog', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const { inspector } = await openInspector(target.facts);
  const request = { openedByUs: true, debugPort: 9229, tickMs: 20 };
  const { session } = await connectVerified(target.facts, inspector, claimFresh(request));
  session.disconnect();
  const closed = await poll(() => (portsOf(target.facts).length === 1 ? true : null), 30_000);
  assert.equal(closed, true);
});

test('nothing of the first message runs in a process that was not meant', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const { inspector } = await openInspector(target.facts);
  const other = { ...target.facts, pidInside: target.facts.pidInside + 1 };
  await assert.rejects(connectVerified(other, inspector, 'globalThis.ours = 1'), { code: 'target-identity' });
  const { session } = await connectVerified(target.facts, inspector);
  assert.equal(await session.evaluate('typeof ours'), 'undefined');
  session.disconnect();
});

test('marks of another pid namespace are none of ours, and go when they are old', (context) => {
  const dead = { pid: 4_194_400, startTicks: 1 };
  const [young, old] = [1, 2].map((namespace) =>
    join(tmpdir(), `soak-profiler-opening-${namespace}-${dead.pid}-${dead.startTicks}`),
  ) as [string, string];
  for (const file of [young, old]) {
    writeFileSync(file, '');
    context.after(() => rmSync(file, { force: true }));
  }
  const twoDaysAgoSec = Date.now() / 1000 - 2 * 86_400;
  utimesSync(old, twoDaysAgoSec, twoDaysAgoSec);
  markOpening(dead);
  assert.equal(wasOpenedByUs(dead), true);
  markOpening({ pid: process.pid, startTicks: 1 });
  assert.equal(wasOpenedByUs(dead), false, 'that of a process that has ended is removed');
  assert.equal(existsSync(young), true);
  assert.equal(existsSync(old), false);
});

test('a mark of a pid namespace that can be seen goes when its process has ended', TIMEOUT, async (context) => {
  // Its first process stays, so that the namespace does.
  const child = spawn('unshare', ['--pid', '--fork', 'sh', '-c', 'echo started; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  context.after(() => killTree(child));
  await once(child.stdout, 'data');
  const inside = listChildren(child.pid ?? 0)[0] ?? 0;
  const namespace = /\d+/.exec(readlinkSync(`/proc/${inside}/ns/pid`))?.[0];
  const markOf = (pid: number, startTicks: number): string =>
    join(tmpdir(), `soak-profiler-opening-${namespace}-${pid}-${startTicks}`);
  const [living, ended] = [markOf(1, readStat(inside)?.startTicks ?? 0), markOf(2, 1)];
  for (const file of [living, ended]) {
    writeFileSync(file, '');
    context.after(() => rmSync(file, { force: true }));
  }
  markOpening({ pid: process.pid, startTicks: 1 });
  assert.equal(existsSync(living), true);
  assert.equal(existsSync(ended), false);
});

/** `unshare` waits for its child, which does not end with it. */
function killTree(child: ChildProcess): void {
  for (const pid of listChildren(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
  child.kill('SIGKILL');
}
