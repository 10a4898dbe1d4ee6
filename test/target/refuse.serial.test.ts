import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ProfilerError } from '../../src/model/errors.ts';
import { attach } from '../../src/target/attach.ts';
import { assessAttach } from '../../src/target/attach-checks.ts';
import { connectVerified } from '../../src/target/connect-verified.ts';
import { diagnose } from '../../src/target/diagnose.ts';
import { listeningSocketsOf } from '../../src/target/listening-sockets.ts';
import { openInspector } from '../../src/target/open-inspector.ts';
import { wasOpenedByUs } from '../../src/target/opening-mark.ts';
import { poll } from '../../src/target/poll.ts';
import { listChildren } from '../../src/target/proc.ts';
import { isSameProcess, type ProcessFacts, readProcessFacts } from '../../src/target/process-facts.ts';
import { listensToSigusr1 } from '../../src/target/signal-listener.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { factsOf, killAndWait, startTarget } from './start-target.ts';

const TIMEOUT = { timeout: 60_000 };
const QUICK = { openDeadlineMs: 1_000 };

/** Attaching must fail with this code and exit code 3, leave the process alive, and open nothing. */
async function refuses(facts: ProcessFacts, code: string, mentions: RegExp): Promise<void> {
  const portsBefore = listeningSocketsOf(facts.pid);
  await assert.rejects(attach(facts, QUICK), (error) => {
    assert.ok(error instanceof ProfilerError, String(error));
    assert.equal(error.code, code);
    assert.equal(error.exitCode, 3);
    assert.match(`${error.message} ${error.hint}`, mentions);
    assert.notEqual(error.hint, '');
    return true;
  });
  assert.ok(isSameProcess(facts), 'the process lives');
  assert.deepEqual(listeningSocketsOf(facts.pid), portsBefore);
}

async function holdDefaultPort(context: TestContext): Promise<void> {
  const server = createServer();
  context.after(() => server.close());
  const listen = async (): Promise<true | null> => {
    server.listen(9229, '127.0.0.1');
    return once(server, 'listening').then(
      () => true,
      () => null,
    );
  };
  assert.ok(await poll(listen, 10_000, 100), 'port 9229 does not get free');
}

test('a program that is not Node is never signalled', TIMEOUT, async (context) => {
  const child = spawn('sleep', ['60']);
  context.after(() => killAndWait(child));
  await once(child, 'spawn');
  await refuses(factsOf(child), 'target-not-node', /sleep/);
  // Not even when the facts are wrong: the program itself is looked into before the signal.
  await refuses({ ...factsOf(child), isNode: true, sigusr1: 'caught' }, 'target-not-node', /nothing was sent/);
});

test('a port that another process holds is named, and the target hears nothing of it', TIMEOUT, async (context) => {
  await holdDefaultPort(context);
  const target = await startTarget(context, 'http-service.mjs');
  await refuses(target.facts, 'inspector-port-taken', new RegExp(`pid ${process.pid}\\b`));
  assert.equal(target.stderr(), '');
  const diagnosis = await diagnose(target.facts);
  assert.deepEqual(
    diagnosis.filter(({ ok }) => !ok).map(({ check }) => check),
    ['inspector-port'],
  );
});

test(
  'a service that listens itself where its inspector would open hears nothing, and nobody waits for it',
  TIMEOUT,
  async (context) => {
    const target = await startTarget(context, 'http-service.mjs', { args: ['9229'] });
    await refuses(target.facts, 'inspector-port-taken', /itself listens on port 9229.*no signal was sent/);
    assert.equal(target.stderr(), '');
    assert.equal(wasOpenedByUs(target.facts), false);
  },
);

test('a held default port does not matter to a target that opens another', TIMEOUT, async (context) => {
  await holdDefaultPort(context);
  const target = await startTarget(context, 'http-service.mjs', { nodeFlags: ['--inspect-port=0'] });
  const attachment = await attach(target.facts);
  assert.equal(attachment.openedByUs, true);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
});

for (const major of [18, 20, 22, 24, 26]) {
  const { binary, skip } = nodeVersion(major);
  test(`an own handler of SIGUSR1 is seen before the signal on Node ${major}`, {
    ...TIMEOUT,
    skip,
  }, async (context) => {
    const target = await startTarget(context, 'own-handler.mjs', { binary });
    await refuses(target.facts, 'target-sigusr1-handled', /handler of its own.*was not sent/);
    const diagnosis = await diagnose(target.facts);
    assert.deepEqual(
      diagnosis.filter(({ ok }) => !ok).map(({ check }) => check),
      ['signal-listener'],
    );
    assert.equal(wasOpenedByUs(target.facts), false, 'no mark stays');
    const other = await startTarget(context, 'http-service.mjs', { binary });
    assert.equal(listensToSigusr1(other.facts.pid), false);
  });
}

test('what ends by the signal is said to have ended by it', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'own-handler.mjs');
  // As where the memory of the process may not be read.
  const opening = openInspector(target.facts, { readListener: () => null });
  await assert.rejects(opening, { code: 'target-ended-by-signal', message: /sent it SIGUSR1/ });
});

test('a process without descriptors for an inspector is not signalled', TIMEOUT, async (context) => {
  const limited = { binary: 'prlimit', nodeFlags: ['--nofile=80', process.execPath] };
  const target = await startTarget(context, 'few-descriptors.mjs', { ...limited, args: ['3'] });
  await refuses(target.facts, 'target-out-of-descriptors', /7\d of at most 80 files/);
  const roomy = await startTarget(context, 'few-descriptors.mjs', { ...limited, args: ['30'] });
  const attachment = await attach(roomy.facts);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
});

test('a process that may start no more threads is not signalled', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const { pid } = target.facts;
  if (process.geteuid?.() === 0) {
    const group = `/sys/fs/cgroup/pids/profiler-test-${process.pid}`;
    if (!existsSync('/sys/fs/cgroup/pids')) {
      context.skip('root is held to no limit but that of a control group');
      return;
    }
    mkdirSync(group);
    context.after(async () => {
      await killAndWait(target.child);
      await poll(() => (readFileSync(join(group, 'cgroup.procs'), 'utf8') === '' ? true : null), 5_000);
      rmdirSync(group);
    });
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
    writeFileSync(join(group, 'pids.max'), readFileSync(join(group, 'pids.current'), 'utf8'));
    await refuses(target.facts, 'target-out-of-threads', /pids\.max of its control group/);
  } else {
    await once(spawn('prlimit', ['--pid', String(pid), '--nproc=1:'], { stdio: 'inherit' }), 'exit');
    await refuses(target.facts, 'target-out-of-threads', /ulimit -u/);
  }
});

for (const major of [22, 24, 26]) {
  const { binary, skip } = nodeVersion(major);
  test(`--disable-sigusr1 is recognised on Node ${major}`, { ...TIMEOUT, skip }, async (context) => {
    const target = await startTarget(context, 'http-service.mjs', { binary, nodeFlags: ['--disable-sigusr1'] });
    await refuses(target.facts, 'target-sigusr1-disabled', /--disable-sigusr1/);
    assert.equal(target.facts.sigusr1, 'blocked');
  });
}

test('SIGUSR1 in use for heap snapshots is recognised, from NODE_OPTIONS too', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs', {
    env: { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR1' },
  });
  await refuses(target.facts, 'target-sigusr1-taken', /SIGUSR2/);
});

test('the permission model is recognised', TIMEOUT, async (context) => {
  const nodeFlags = ['--experimental-permission', '--allow-fs-read=*'];
  const target = await startTarget(context, 'http-service.mjs', { nodeFlags });
  await refuses(target.facts, 'target-permission-model', /--allow-inspector/);
});

test('a stopped process is not signalled', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  target.child.kill('SIGSTOP');
  const stopped = await poll(() => (readProcessFacts(target.facts.pid)?.state === 'T' ? true : null), 5_000);
  assert.ok(stopped);
  await refuses(target.facts, 'target-stopped', /kill -CONT/);
  target.child.kill('SIGCONT');
});

test(
  'a native call that blocks is told apart from a handler, and what opens after it is closed',
  TIMEOUT,
  async (context) => {
    const target = await startTarget(context, 'blocked.mjs');
    const [child] =
      (await poll(() => {
        const children = listChildren(target.facts.pid);
        return children.length > 0 ? children : null;
      }, 5_000)) ?? assert.fail('it does not block');
    await refuses(target.facts, 'target-blocked', /sleep 30.*process \d+ of this tool waits/);
    assert.equal(wasOpenedByUs(target.facts), true);
    process.kill(child ?? 0, 'SIGKILL');
    const opened = (): true | null => (target.stderr().includes('Debugger listening') ? true : null);
    assert.ok(await poll(opened, 20_000), 'the signal opens it when the call returns');
    const closed = (): true | null => (listeningSocketsOf(target.facts.pid)?.length === 0 ? true : null);
    assert.ok(await poll(closed, 20_000), 'it stays open');
    assert.ok(await poll(() => (wasOpenedByUs(target.facts) ? null : true), 5_000), 'the mark stays');
    assert.ok(isSameProcess(target.facts));
  },
);

test(
  'the primary of a cluster is refused in favour of its workers, and these can be attached to',
  TIMEOUT,
  async (context) => {
    const target = await startTarget(context, 'cluster.mjs');
    const primary = factsOf(target.child);
    assert.equal(primary.clusterWorkers.length, 2);
    await refuses(primary, 'target-cluster-primary', new RegExp(`--pid ${primary.clusterWorkers[0]}`));

    const attachments = [];
    for (const pid of primary.clusterWorkers) attachments.push(await attach(readProcessFacts(pid) as ProcessFacts));
    for (const attachment of attachments) {
      assert.equal(attachment.process?.isClusterWorker, true);
      assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
    }
  },
);

test('a pid that belongs to another process by now is refused', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const stale = { ...target.facts, startTicks: target.facts.startTicks - 1 };
  await assert.rejects(attach(stale), { code: 'target-gone', exitCode: 3 });
  assert.equal(target.stderr(), '');
});

test('an inspector of another process is recognised as such', TIMEOUT, async (context) => {
  const [target, other] = [
    await startTarget(context, 'http-service.mjs'),
    await startTarget(context, 'http-service.mjs'),
  ];
  const attachment = await attach(other.facts);
  await assert.rejects(connectVerified(target.facts, attachment.inspector), { code: 'target-identity', exitCode: 3 });
  await attachment.detach();
});

test('other users, other networks and zombies are refused by what the facts say', async (context) => {
  const { facts } = await startTarget(context, 'http-service.mjs');
  assert.equal(assessAttach(facts), null);
  assert.equal(assessAttach({ ...facts, sameNetwork: false })?.code, 'target-other-network');
  assert.equal(assessAttach({ ...facts, state: 'Z' })?.code, 'target-zombie');
  assert.equal(assessAttach({ ...facts, sigusr1: 'default', ageMs: 20 })?.code, 'target-booting');
  assert.equal(assessAttach({ ...facts, sigusr1: 'default', ageMs: 60_000 })?.code, 'target-sigusr1-not-caught');
  const own = context.mock.method(process as { geteuid: () => number }, 'geteuid', () => 4242);
  assert.equal(assessAttach(facts)?.code, 'target-other-user');
  own.mock.restore();
});
