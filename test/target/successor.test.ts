import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from '../../src/target/attach.ts';
import { poll } from '../../src/target/poll.ts';
import { readStat, ticksSinceBoot } from '../../src/target/proc.ts';
import { isSameProcess, type ProcessFacts, readProcessFacts } from '../../src/target/process-facts.ts';
import type { TargetIdentity } from '../../src/target/target-identity.ts';
import { waitForReturn } from '../../src/target/wait-for-return.ts';
import { freePort } from '../helpers/free-port.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { factsOf, killAndWait, type StartedTarget, startTarget } from './start-target.ts';

const TIMEOUT = { timeout: 120_000 };
/** Long enough for a successor to be seen and to stay alone; short enough to wait for in vain. */
const IN_VAIN_MS = 1_600;
const BY_PID: TargetIdentity = { by: 'pid' };

function startAlike(context: TestContext, port?: number): Promise<StartedTarget> {
  return startTarget(context, 'alike.mjs', port === undefined ? {} : { env: { PORT: String(port) } });
}

/** Below a shell of its own, as somebody else would start it. */
async function startBelowShell(
  context: TestContext,
  script: string,
  env: NodeJS.ProcessEnv = {},
): Promise<ChildProcess> {
  const shell = spawn('sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE: process.execPath, ...env },
  });
  context.after(async () => {
    const ended = shell.exitCode === null && shell.signalCode === null ? once(shell, 'exit') : null;
    try {
      process.kill(-(shell.pid ?? Number.NaN), 'SIGKILL');
    } catch {
      // Gone already.
    }
    await ended;
  });
  await once(shell.stdout, 'data');
  return shell;
}

const PROGRAM = '"$NODE" test/targets/attach/alike.mjs';

/** The Node process that runs below this one, at any depth. */
function nodeBelow(pid: number): ProcessFacts | null {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  for (const child of children) {
    const facts = readProcessFacts(child);
    const found = facts?.isNode && facts.state !== 'Z' ? facts : nodeBelow(child);
    if (found) return found;
  }
  return null;
}

test('--port: who listens there now, whatever it is called, but nothing that is not Node', TIMEOUT, async (t) => {
  const port = await freePort();
  const first = await startTarget(t, 'http-service.mjs', { args: [String(port)] });
  const lost = { ...first.facts };
  const identity = { by: 'port', port: first.port } as const;
  await killAndWait(first.child);
  const other = spawn('python3', ['-m', 'http.server', String(first.port), '--bind', '127.0.0.1'], { stdio: 'ignore' });
  t.after(() => killAndWait(other));
  assert.ok(await poll(() => (readProcessFacts(other.pid ?? 0)?.listening?.length ? true : null), 20_000));
  const refused = await waitForReturn(lost, { identity, timeoutMs: IN_VAIN_MS });
  assert.equal(refused.successor, null);
  assert.match(refused.reason, new RegExp(`process ${other.pid} .*is not Node`));
  await killAndWait(other);
  const waiting = waitForReturn(lost, { identity, timeoutMs: 30_000 });
  const second = await startAlike(t, first.port);
  assert.equal((await waiting).successor?.pid, second.facts.pid);
});

test('--port: one on another port is left alone, be it the same program', TIMEOUT, async (t) => {
  const first = await startAlike(t, 0);
  const twin = await startAlike(t, 0);
  await killAndWait(first.child);
  const { successor } = await waitForReturn(first.facts, {
    identity: { by: 'port', port: first.port },
    timeoutMs: IN_VAIN_MS,
  });
  assert.equal(successor, null);
  assert.ok(isSameProcess(twin.facts));
});

test('--pid: the same command line on another port is a stranger, on the same port it is back', TIMEOUT, async (t) => {
  const first = await startAlike(t, await freePort());
  const sinceTicks = ticksSinceBoot();
  await killAndWait(first.child);
  const twin = await startAlike(t, await freePort());
  const options = { identity: BY_PID, sinceTicks };
  const refused = await waitForReturn(first.facts, { ...options, timeoutMs: IN_VAIN_MS });
  assert.equal(refused.successor, null);
  assert.match(
    refused.reason,
    new RegExp(`${twin.facts.pid} does not listen on port ${first.port}, but on ${twin.port}`),
  );
  const second = await startAlike(t, first.port);
  const back = await waitForReturn(first.facts, { ...options, timeoutMs: 30_000 });
  assert.equal(back.successor?.pid, second.facts.pid);
});

test('--pid: a second server on any port is on another at each start', TIMEOUT, async (t) => {
  const env = { PORT: String(await freePort()), BESIDE: '1' };
  const first = await startTarget(t, 'alike.mjs', { env });
  await killAndWait(first.child);
  const waiting = waitForReturn(first.facts, { identity: BY_PID, timeoutMs: 30_000 });
  const second = await startTarget(t, 'alike.mjs', { env });
  assert.equal((await waiting).successor?.pid, second.facts.pid);
  await killAndWait(second.child);
  await startTarget(t, 'alike.mjs', { env: { ...env, PORT: String(await freePort()) } });
  const stranger = await waitForReturn(second.facts, { identity: BY_PID, timeoutMs: IN_VAIN_MS });
  assert.equal(stranger.successor, null);
});

test('--pid: one that begins to listen late is waited for', TIMEOUT, async (t) => {
  const port = await freePort();
  const first = await startAlike(t, port);
  await killAndWait(first.child);
  const waiting = waitForReturn(first.facts, { identity: BY_PID, timeoutMs: 30_000 });
  await sleep(500);
  const second = await startAlike(t, port);
  assert.equal((await waiting).successor?.pid, second.facts.pid);
});

test('--pid: another program on the same port is not what was named', TIMEOUT, async (t) => {
  const first = await startAlike(t, await freePort());
  await killAndWait(first.child);
  const other = spawn(process.execPath, ['-e', `require('http').createServer().listen(${first.port}, '127.0.0.1')`]);
  t.after(() => killAndWait(other));
  const { successor } = await waitForReturn(first.facts, { identity: BY_PID, timeoutMs: IN_VAIN_MS });
  assert.equal(successor, null);
});

test('--pid: a sibling that ran before is not the successor; one started since is', TIMEOUT, async (t) => {
  const first = await startAlike(t);
  const sibling = await startAlike(t);
  await sleep(50);
  const sinceTicks = ticksSinceBoot();
  await killAndWait(first.child);
  const options = { identity: BY_PID, sinceTicks };
  const refused = await waitForReturn(first.facts, { ...options, timeoutMs: IN_VAIN_MS });
  assert.equal(refused.successor, null);
  assert.match(refused.reason, new RegExp(`process ${sibling.facts.pid} has the same one, but ran before`));
  const second = await startAlike(t);
  const back = await waitForReturn(first.facts, { ...options, timeoutMs: 30_000 });
  assert.equal(back.successor?.pid, second.facts.pid);
});

test('--pid: a sibling that serves another socket of the Unix domain is a stranger', TIMEOUT, async (t) => {
  const folder = temporaryFolder(t);
  const start = (name: string): Promise<StartedTarget> =>
    startTarget(t, 'alike.mjs', { env: { SOCK: join(folder, `${name}.sock`) } });
  const first = await start('a');
  assert.deepEqual(first.facts.unixListening, [join(folder, 'a.sock')]);
  const sinceTicks = ticksSinceBoot();
  await killAndWait(first.child);
  rmSync(join(folder, 'a.sock'));
  const sibling = await start('b');
  const options = { identity: BY_PID, sinceTicks };
  const refused = await waitForReturn(first.facts, { ...options, timeoutMs: IN_VAIN_MS });
  assert.equal(refused.successor, null);
  assert.match(refused.reason, new RegExp(`${sibling.facts.pid} does not listen on .*a.sock, but on .*b.sock`));
  const second = await start('a');
  const back = await waitForReturn(first.facts, { ...options, timeoutMs: 30_000 });
  assert.equal(back.successor?.pid, second.facts.pid);
});

test('--pid: without a port, one that was started with another environment is a stranger', TIMEOUT, async (t) => {
  const start = (queue: string): Promise<StartedTarget> =>
    startTarget(t, 'alike.mjs', { env: { QUEUE: queue, INVOCATION_ID: queue + process.hrtime()[1] } });
  const first = await start('mails');
  const sinceTicks = ticksSinceBoot();
  await killAndWait(first.child);
  const sibling = await start('payments');
  const options = { identity: BY_PID, sinceTicks };
  const refused = await waitForReturn(first.facts, { ...options, timeoutMs: IN_VAIN_MS });
  assert.equal(refused.successor, null);
  assert.match(refused.reason, new RegExp(`${sibling.facts.pid} was started with another environment \\(QUEUE\\)`));
  const second = await start('mails');
  const back = await waitForReturn(first.facts, { ...options, timeoutMs: 30_000 });
  assert.equal(back.successor?.pid, second.facts.pid);
});

test('--pid: where a sibling ends too, what is started then may be in its place', TIMEOUT, async (t) => {
  const first = await startAlike(t);
  const sibling = await startAlike(t);
  const sinceTicks = ticksSinceBoot();
  await killAndWait(first.child);
  const waiting = waitForReturn(first.facts, { identity: BY_PID, sinceTicks, timeoutMs: 3 * IN_VAIN_MS });
  await killAndWait(sibling.child);
  await startAlike(t);
  const { successor, reason } = await waiting;
  assert.equal(successor, null);
  assert.match(reason, new RegExp(`taken the place of process ${sibling.facts.pid}, which looked the same`));
});

test('--pid: two that fit are one too many', TIMEOUT, async (t) => {
  const first = await startAlike(t);
  const sinceTicks = ticksSinceBoot();
  await killAndWait(first.child);
  const [one, two] = await Promise.all([startAlike(t), startAlike(t)]);
  const { successor, reason } = await waitForReturn(first.facts, {
    identity: BY_PID,
    sinceTicks,
    timeoutMs: IN_VAIN_MS,
  });
  assert.equal(successor, null);
  const pids = [one.facts.pid, two.facts.pid].sort((a, b) => a - b).join(', ');
  assert.match(reason, new RegExp(`2 processes could be it \\(${pids}\\)`));
});

test('--pid: one that somebody else started is left alone', TIMEOUT, async (t) => {
  const first = await startAlike(t);
  const sinceTicks = ticksSinceBoot();
  await killAndWait(first.child);
  await startBelowShell(t, `${PROGRAM}; true`);
  const { successor, reason } = await waitForReturn(first.facts, {
    identity: BY_PID,
    sinceTicks,
    timeoutMs: IN_VAIN_MS,
  });
  assert.equal(successor, null);
  assert.match(reason, /was started by another process \(sh, pid \d+\)/);
});

test('--pid: a loop of a shell starts it again', TIMEOUT, async (t) => {
  const shell = await startBelowShell(t, `while true; do ${PROGRAM}; done`);
  const first = nodeBelow(shell.pid ?? 0);
  assert.ok(first);
  const sinceTicks = ticksSinceBoot();
  process.kill(first.pid, 'SIGKILL');
  const { successor } = await waitForReturn(first, { identity: BY_PID, sinceTicks, timeoutMs: 30_000 });
  assert.equal(successor?.lineage[0]?.pid, shell.pid);
  assert.notEqual(successor?.pid, first.pid);
});

test(
  '--pid: a parent that dies and comes again with it is the same kind of parent below the same one',
  TIMEOUT,
  async (t) => {
    const inner = `sh -c '${PROGRAM}; exit 1'`;
    const shell = await startBelowShell(t, `while true; do ${inner}; true; done`);
    const first = nodeBelow(shell.pid ?? 0);
    assert.ok(first);
    const parent = first.lineage[0]?.pid ?? 0;
    assert.notEqual(parent, shell.pid);
    const sinceTicks = ticksSinceBoot();
    process.kill(first.pid, 'SIGKILL');
    const { successor } = await waitForReturn(first, { identity: BY_PID, sinceTicks, timeoutMs: 30_000 });
    assert.equal(successor?.lineage[1]?.pid, shell.pid);
    assert.notEqual(successor?.lineage[0]?.pid, parent);
  },
);

test('--pid: a worker that its primary replaces is told from its siblings', TIMEOUT, async (t) => {
  const primary = await startTarget(t, 'replacing-cluster.mjs');
  const pids = (): number[] => [...primary.stdout().matchAll(/worker (\d+)/g)].map(([, pid]) => Number(pid));
  t.after(async () => {
    await killAndWait(primary.child);
    const isGone = (pid: number): boolean => (readStat(pid)?.state ?? 'Z') === 'Z';
    assert.ok(await poll(() => (pids().every(isGone) ? true : null), 10_000));
  });
  const [firstPid = 0, siblingPid] = pids();
  const first = readProcessFacts(firstPid);
  assert.ok(first?.isClusterWorker);
  const sinceTicks = ticksSinceBoot();
  process.kill(firstPid, 'SIGKILL');
  const { successor } = await waitForReturn(first, { identity: BY_PID, sinceTicks, timeoutMs: 30_000 });
  assert.notEqual(successor?.pid, siblingPid);
  assert.equal(successor?.lineage[0]?.pid, primary.facts.pid);
});

test('--port: a worker of a cluster comes back as a worker, not as its primary', TIMEOUT, async (t) => {
  const primary = await startTarget(t, 'replacing-cluster.mjs');
  const [firstPid = 0, siblingPid = 0] = [...primary.stdout().matchAll(/worker (\d+)/g)].map(([, pid]) => Number(pid));
  const first = readProcessFacts(firstPid);
  assert.ok(first);
  for (const pid of [firstPid, siblingPid]) process.kill(pid, 'SIGKILL');
  const identity = { by: 'port', port: primary.port } as const;
  const { successor } = await waitForReturn(first, { identity, timeoutMs: 30_000 });
  assert.ok(successor === null || successor.pid !== primary.facts.pid);
});

test('--name: exactly one, by the same reading of the pattern', TIMEOUT, async (t) => {
  // Its title is all that is left of the command line of such a process.
  const title = `twin-${process.pid}`;
  const start = (name: string): Promise<StartedTarget> => startTarget(t, 'alike.mjs', { args: [name] });
  const first = await start(title);
  const identity = { by: 'name', pattern: `alike.mjs ${title}` } as const;
  await killAndWait(first.child);
  const options = { identity, timeoutMs: IN_VAIN_MS };
  await start(`other-${process.pid}`);
  const nobody = await waitForReturn(first.facts, options);
  assert.equal(nobody.successor, null);
  const second = await start(title);
  assert.equal((await waitForReturn(first.facts, { identity, timeoutMs: 30_000 })).successor?.pid, second.facts.pid);
  const third = await start(`${title}-too`);
  const several = await waitForReturn(first.facts, options);
  assert.equal(several.successor, null);
  assert.match(several.reason, new RegExp(`2 processes could be it.*${third.facts.pid}`));
});

test('-- command: what comes back comes below our child, and nothing when that has ended', TIMEOUT, async (t) => {
  const shell = await startBelowShell(t, `while true; do ${PROGRAM}; done`);
  const first = nodeBelow(shell.pid ?? 0);
  assert.ok(first);
  const command = factsOf(shell);
  const identity = { by: 'command', command } as const;
  const sinceTicks = ticksSinceBoot();
  process.kill(first.pid, 'SIGKILL');
  const { successor } = await waitForReturn(first, { identity, sinceTicks, timeoutMs: 30_000 });
  assert.ok(successor);
  assert.equal(successor.lineage[0]?.pid, shell.pid);

  await killAndWait(shell);
  const startMs = performance.now();
  const ended = await waitForReturn(successor, { identity, timeoutMs: 60_000 });
  assert.match(ended.reason ?? '', /the command that was started has ended/);
  assert.ok(performance.now() - startMs < 30_000, 'nobody is waited for');
});

test('a stop ends the waiting', TIMEOUT, async (t) => {
  const first = await startAlike(t);
  await killAndWait(first.child);
  const stopped = await waitForReturn(first.facts, {
    identity: BY_PID,
    timeoutMs: 60_000,
    signal: AbortSignal.abort(),
  });
  assert.equal(stopped.successor, null);
});

test(
  'a number that is used again is another process: neither signalled nor taken for the lost one',
  TIMEOUT,
  async (t) => {
    const first = await startAlike(t);
    await killAndWait(first.child);
    const { pid } = first.facts;
    const second = await startAtPid(pid);
    if (second === null) {
      t.skip('the kernel lets nobody choose the next pid here');
      return;
    }
    t.after(() => killAndWait(second));
    assert.equal(isSameProcess(first.facts), false);
    await assert.rejects(attach(first.facts), { code: 'target-gone' });
    const { successor } = await waitForReturn(first.facts, { identity: BY_PID, timeoutMs: IN_VAIN_MS });
    assert.equal(successor, null);
    await sleep(100);
    assert.equal(second.signalCode, null, 'SIGUSR1 would have ended it');
  },
);

/** A program that SIGUSR1 ends, under this pid; null where that cannot be had. */
async function startAtPid(pid: number): Promise<ChildProcess | null> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    } catch {
      return null;
    }
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    if (child.pid === pid) return child;
    await killAndWait(child);
  }
  return null;
}
