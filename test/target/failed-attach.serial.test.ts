import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from '../../src/target/attach.ts';
import { closeLater } from '../../src/target/close-later.ts';
import { connectInspector } from '../../src/target/connect-inspector.ts';
import { detachLeftover } from '../../src/target/detach-leftover.ts';
import { listeningSocketsOf } from '../../src/target/listening-sockets.ts';
import { openInspector } from '../../src/target/open-inspector.ts';
import { markOpening, wasOpenedByUs } from '../../src/target/opening-mark.ts';
import { poll } from '../../src/target/poll.ts';
import type { ProcessFacts } from '../../src/target/process-facts.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { startTarget } from './start-target.ts';

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

for (const what of ['hrtime', 'process']) {
  test(`a program that took ${what} away: refused, and nothing stays open`, TIMEOUT, async (context) => {
    const target = await startTarget(context, 'hostile-globals.mjs', { args: [what] });
    await assert.rejects(attach(target.facts), { code: 'inspector-failed', exitCode: 3 });
    assert.deepEqual(portsOf(target.facts), []);
    assert.equal(wasOpenedByUs(target.facts), false);
  });
}

test('a mark of another pid namespace is none of ours', (context) => {
  const dead = { pid: 4_194_400, startTicks: 1 };
  const theirs = join(tmpdir(), `soak-profiler-opening-1-${dead.pid}-${dead.startTicks}`);
  writeFileSync(theirs, '');
  context.after(() => rmSync(theirs, { force: true }));
  markOpening(dead);
  assert.equal(wasOpenedByUs(dead), true);
  markOpening({ pid: process.pid, startTicks: 1 });
  assert.equal(wasOpenedByUs(dead), false, 'that of a process that has ended is removed');
  assert.equal(existsSync(theirs), true);
});
