import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from '../../src/target/attach.ts';
import { detachLeftover } from '../../src/target/detach-leftover.ts';
import { listeningSocketsOf } from '../../src/target/listening-sockets.ts';
import { openInspector } from '../../src/target/open-inspector.ts';
import { poll } from '../../src/target/poll.ts';
import { readStat } from '../../src/target/proc.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { killAndWait, type StartedTarget, startAttacher, startTarget } from './start-target.ts';

// To close an inspector waits for the other end of every connection. One that is stopped must not stop the service.

const TIMEOUT = { timeout: 60_000 };
const TICK_MS = 100;

for (const { major, binary, skip } of nodeVersions()) {
  test(`a tool that is stopped does not stop a service of Node ${major}`, { ...TIMEOUT, skip }, async (context) => {
    const target = await startTarget(context, 'http-service.mjs', { binary });
    const { child } = await startAttacher(context, target.facts, TICK_MS);
    child.kill('SIGSTOP');
    await assertAnswersFor(target, 25 * TICK_MS);
    await killAndWait(child);
    await assertCloses(target);
  });
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`a tool that is stopped does not keep a service of Node ${major} from ending`, {
    ...TIMEOUT,
    skip,
  }, async (context) => {
    const service = await spawnService('test/targets/attach/ending.mjs', { nodePath: binary, args: ['--by', 'exit'] });
    context.after(() => service.stop('SIGKILL'));
    const { child } = await startAttacher(context, { pid: service.pid });
    const stateOfTool = (): string | null => readStat(child.pid ?? 0)?.state ?? null;
    child.kill('SIGSTOP');
    assert.ok(await poll(() => (stateOfTool() === 'T' ? true : null), 10_000));
    const exited = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    // It would wait for the tool for ever.
    assert.deepEqual(await exited, [0, null]);
    assert.notEqual(stateOfTool(), 'T', 'it was set going for that');
  });
}

test('a tool that goes on after the watchdog gave it up lets go', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const { child } = await startAttacher(context, target.facts, TICK_MS);
  child.kill('SIGSTOP');
  await assertAnswersFor(target, 25 * TICK_MS);
  child.kill('SIGCONT');
  await assertCloses(target);
  assert.equal(child.exitCode, null);
});

// The oldest and the newest, since each takes seconds.
for (const { major, binary, skip } of [...nodeVersions()].filter((_, at, all) => at === 0 || at === all.length - 1)) {
  test(`Node ${major}: detach leaves open what another debugger uses`, { ...TIMEOUT, skip }, async (context) => {
    const target = await startTarget(context, 'http-service.mjs', { binary });
    const attachment = await attach(target.facts, { watchdogTickMs: TICK_MS });
    await (await attachment.connect()).evaluate('1');
    const other = await startStoppedDebugger(context, attachment.inspector.url);
    const { inspectorClosed, problems } = await attachment.detach();
    assert.equal(inspectorClosed, false);
    assert.match(problems.join(), /another debugger is connected/);
    await assertAnswersFor(target, 10 * TICK_MS);
    const left = await detachLeftover(target.facts, { force: true });
    assert.equal(left.closed, false);
    assert.match(left.detail, /another debugger is connected/);
    await assertAnswersFor(target, 5 * TICK_MS);
    await killAndWait(other);
    await assertCloses(target);
  });
}

test('connections of our own do not keep the inspector open', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const attachment = await attach(target.facts);
  const further = await Promise.all([attachment.connect(), attachment.connect()]);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  for (const session of further) assert.equal(session.isOpen, false);
});

test('an inspector that another debugger uses is not moved, and not closed by force', TIMEOUT, async (context) => {
  const target = await startTarget(context, 'http-service.mjs');
  const { inspector } = await openInspector(target.facts);
  const other = await startStoppedDebugger(context, inspector.url);
  const attachment = await attach(target.facts);
  assert.equal(attachment.inspector.port, inspector.port);
  assert.match((await attachment.detach()).problems.join(), /another debugger is connected/);
  assert.equal((await detachLeftover(target.facts, { force: true })).closed, false);
  await assertAnswersFor(target, 500);
  await killAndWait(other);
  assert.equal((await detachLeftover(target.facts, { force: true })).closed, true);
});

/** A process that connects as a debugger does, and stops itself when it is. */
async function startStoppedDebugger(context: TestContext, url: string): Promise<ReturnType<typeof spawn>> {
  const { hostname, port, pathname } = new URL(url);
  const program = `
    const socket = require('node:net').connect(${port}, '${hostname}');
    socket.write('GET ${pathname} HTTP/1.1\\r\\nHost: ${hostname}:${port}\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
      'Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n');
    socket.once('data', () => { process.stdout.write('connected'); setTimeout(() => process.kill(process.pid, 'SIGSTOP'), 50); });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => killAndWait(child));
  await once(child.stdout, 'data');
  await sleep(200);
  return child;
}

async function assertAnswersFor(target: StartedTarget, durationMs: number): Promise<void> {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs) {
    const response = await fetch(`http://127.0.0.1:${target.port}/`, { signal: AbortSignal.timeout(10_000) });
    assert.equal(await response.text(), 'ok\n');
    await sleep(50);
  }
}

async function assertCloses({ facts, port }: StartedTarget): Promise<void> {
  const isClosed = (): true | null =>
    (listeningSocketsOf(facts.pid) ?? []).every((socket) => socket.port === port) ? true : null;
  assert.ok(await poll(isClosed, 20_000), 'the inspector is closed');
}
