import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { recordCpu } from '../../src/session/record-cpu.ts';
import { takeOneSnapshot } from '../../src/session/take-one-snapshot.ts';
import { summariseSnapshot } from '../../src/snapshot-stream/summarise-snapshot.ts';
import { attach } from '../../src/target/attach.ts';
import { assessAttach, checksFor } from '../../src/target/attach-checks.ts';
import { closeAbandoned } from '../../src/target/close-abandoned.ts';
import { diagnose } from '../../src/target/diagnose.ts';
import { findTarget } from '../../src/target/find-target.ts';
import { listeningSocketsOf } from '../../src/target/listening-sockets.ts';
import { poll } from '../../src/target/poll.ts';
import { type ProcessFacts, readProcessFacts } from '../../src/target/process-facts.ts';
import { nodeVersion, nodeVersions } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { killAndWait, startTarget } from '../target/start-target.ts';
import { AGENT, ask, doorOf, startWithAgent } from './start-with-agent.ts';

const TIMEOUT = { timeout: 60_000 };

const portsOf = ({ pid }: ProcessFacts): number[] => (listeningSocketsOf(pid) ?? []).map(({ port }) => port);

const goneFrom = (folder: string, name: string): Promise<true | null> =>
  poll(async () => (readdirSync(folder).includes(name) ? null : true), 5_000);

for (const { major, binary, skip } of nodeVersions()) {
  test(`a profile and a snapshot through the agent leave nothing behind on Node ${major}`, {
    skip,
    ...TIMEOUT,
  }, async (context) => {
    const { target } = await startWithAgent(context, 'http-service.mjs', { binary });
    const before = await ask(target, '/self');
    const attachment = await attach(target.facts);
    assert.match(attachment.inspector.url, /^agent:/);
    assert.equal(attachment.facts.nodeVersion?.split('.')[0], `v${major}`);
    assert.deepEqual(portsOf(target.facts), [target.port], 'no port is opened');

    const clock = createHostClock();
    const cpu = { durationMs: 300, intervalUs: 1_000, maxPauseMs: null, name: 'test', clock, note: () => {} };
    const { profile } = await recordCpu(attachment, { ...cpu, stop: new AbortController().signal });
    assert.ok(profile.samples.length > 0);
    const path = join(temporaryFolder(context), 'one.heapsnapshot');
    const snapshot = { path, maxPauseMs: null, force: true, clock, onEstimate: () => {} };
    const { nodes, bytes } = await takeOneSnapshot(attachment, snapshot);
    assert.equal((await summariseSnapshot(path)).nodes, nodes);
    assert.equal(lstatSync(path).size, bytes);

    assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
    // The thread of the agent ends by itself, a moment later.
    assert.ok(await poll(async () => ((await ask(target, '/self')) === before ? true : null), 5_000));
    const door = doorOf(target.facts);
    assert.ok(await goneFrom(dirname(door), `${basename(door)}.1`));
    assert.deepEqual(readdirSync(dirname(door)), [basename(door)]);
    assert.equal(target.stderr(), '', 'the log of the service is as it was');
  });
}

test('only the user of the service may reach its socket', TIMEOUT, async (context) => {
  const { target } = await startWithAgent(context, 'http-service.mjs');
  const door = doorOf(target.facts);
  assert.equal(lstatSync(door).mode & 0o777, 0o600);
  assert.equal(lstatSync(dirname(door)).mode & 0o777, 0o700);
});

test('a folder that others may enter is not used', TIMEOUT, async (context) => {
  const base = temporaryFolder(context);
  const open = join(base, `soak-profiler-agent-${process.getuid?.()}`);
  mkdirSync(open);
  chmodSync(open, 0o755);
  const env = { TMPDIR: base, XDG_RUNTIME_DIR: '' };
  const target = await startTarget(context, 'http-service.mjs', { nodeFlags: AGENT, env });
  const folder = dirname(doorOf(target.facts));
  assert.notEqual(folder, open);
  assert.equal(lstatSync(folder).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(open), []);
});

for (const { major, binary, skip } of nodeVersions()) {
  test(`a service exits at once while the tool is attached, and its socket goes with it: Node ${major}`, {
    skip,
    ...TIMEOUT,
  }, async (context) => {
    const { target, base } = await startWithAgent(context, 'http-service.mjs', { binary });
    const { session } = await attach(target.facts);
    const exited = once(target.child, 'exit');
    session.evaluate('process.exit(7)').catch(() => {});
    assert.deepEqual(await exited, [7, null]);
    await session.closed;
    assert.deepEqual(readdirSync(base), []);
  });
}

test('a service that has nothing left to do ends while the tool is attached', TIMEOUT, async (context) => {
  const { target, base } = await startWithAgent(context, 'http-service.mjs');
  const { session } = await attach(target.facts);
  const exited = once(target.child, 'exit');
  const closing = `process._getActiveHandles().find((handle) => handle.address?.().port === ${target.port}).close()`;
  session.evaluateInTurn(`void ${closing}`).catch(() => {});
  assert.deepEqual(await exited, [0, null]);
  assert.equal((await session.closed).cause, 'target-exiting');
  assert.deepEqual(readdirSync(base), []);
});

test('what a killed service left is removed by the next agent, and by the tool', TIMEOUT, async (context) => {
  const base = temporaryFolder(context);
  const env = { TMPDIR: base, XDG_RUNTIME_DIR: '' };
  const killed = async (): Promise<string> => {
    const { child, facts } = await startTarget(context, 'http-service.mjs', { nodeFlags: AGENT, env });
    const door = doorOf(facts);
    await killAndWait(child);
    // One that was made just now may not be listened on yet.
    utimesSync(door, 1, 1);
    return door;
  };
  const first = await killed();
  const next = await startTarget(context, 'http-service.mjs', { nodeFlags: AGENT, env });
  assert.ok(await goneFrom(dirname(first), basename(first)));
  assert.ok(doorOf(next.facts), 'and its own stays');

  const second = await killed();
  await withEnvironment(env, closeAbandoned);
  assert.deepEqual(readdirSync(dirname(second)), [basename(doorOf(next.facts))]);
});

async function withEnvironment(env: Readonly<Record<string, string>>, action: () => Promise<unknown>): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    await action();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

test('in a loop that does not end, what is attached already still answers', TIMEOUT, async (context) => {
  const { target } = await startWithAgent(context, 'http-service.mjs');
  const { session } = await attach(target.facts);
  const loop = 'setTimeout(() => { globalThis.looping = true; while (globalThis.looping); })';
  await session.evaluateInTurn(`void ${loop}`);
  const looping = (): Promise<true | null> => session.evaluate<boolean>('globalThis.looping').then((is) => is || null);
  assert.ok(await poll(looping, 5_000));
  assert.equal(await session.evaluateInTurn('(globalThis.looping = false, 3)'), 3);
  await session.evaluate('1');
});

test(
  'a worker thread that loads the agent too opens no socket, and a second load none either',
  TIMEOUT,
  async (context) => {
    const { target, base } = await startWithAgent(context, 'http-service.mjs', {
      nodeFlags: [...AGENT, '--require', 'soak-profiler/agent'],
    });
    const { session } = await attach(target.facts);
    const started = `new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true })`;
    await session.evaluateInTurn(`void (globalThis.thread = ${started})`);
    assert.ok(
      await poll(() => session.evaluate<boolean>('globalThis.thread.threadId > 0').then((is) => is || null), 5_000),
    );
    const doors = readdirSync(dirname(doorOf(target.facts))).filter((name) => name.endsWith('.agent'));
    assert.equal(doors.length, 1);
    assert.equal(readdirSync(base).length, 1);
  },
);

test('each worker of a cluster has a socket of its own, and the primary too', TIMEOUT, async (context) => {
  const { target } = await startWithAgent(context, 'cluster.mjs', {
    nodeFlags: [],
    env: { NODE_OPTIONS: AGENT.join(' ') },
  });
  const pids = [target.facts.pid, ...(readProcessFacts(target.facts.pid)?.clusterWorkers ?? [])];
  assert.equal(pids.length, 3);
  for (const pid of pids) {
    const facts = readProcessFacts(pid);
    assert.ok(facts);
    const attachment = await attach(facts);
    assert.match(attachment.inspector.url, /^agent:/);
    assert.equal(await attachment.session.evaluate('process.pid'), pid);
    assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  }
});

test('a port that the workers of a cluster share leads to a worker, not to the primary', TIMEOUT, async (context) => {
  const options = { nodeFlags: [], env: { NODE_OPTIONS: AGENT.join(' ') } };
  const { target: single } = await startWithAgent(context, 'cluster.mjs', { ...options, args: ['1'] });
  const worker = findTarget({ port: single.port });
  assert.ok(worker.isClusterWorker);
  assert.deepEqual(findTarget({ pid: worker.pid }).agentDoor, doorOf(worker));
  const attachment = await attach(worker);
  assert.equal(await attachment.session.evaluate('process.pid'), worker.pid);
  await attachment.detach();

  const { target: pair } = await startWithAgent(context, 'cluster.mjs', options);
  const workers = readProcessFacts(pair.facts.pid)?.clusterWorkers ?? [];
  assert.throws(
    () => findTarget({ port: pair.port }),
    (error) => {
      assert.ok(error instanceof ProfilerError);
      assert.equal(error.code, 'target-ambiguous');
      for (const pid of workers) assert.match(error.hint, new RegExp(`--pid ${pid}`));
      assert.doesNotMatch(error.hint, new RegExp(`--pid ${pair.facts.pid}\\b`));
      return true;
    },
  );
});

test('a service that uses SIGUSR1 itself is attached to all the same', TIMEOUT, async (context) => {
  const { target } = await startWithAgent(context, 'own-handler.mjs');
  const attachment = await attach(target.facts);
  assert.equal(await attachment.session.evaluate('process.pid'), target.facts.pid);
  await attachment.detach();
  assert.equal(target.child.exitCode, null);
  const checks = await diagnose(readProcessFacts(target.facts.pid) ?? target.facts);
  assert.ok(checks.every(({ ok }) => ok));
  assert.ok(checks.some(({ check }) => check === 'agent'));
});

test('whoever speaks no word of the agent is sent away, and the service goes on', TIMEOUT, async (context) => {
  const { target } = await startWithAgent(context, 'http-service.mjs');
  const before = await ask(target, '/self');
  for (const words of ['GET / HTTP/1.1\r\n\r\n', '{"soakProfilerAgent":99}\n', 'x'.repeat(100_000)]) {
    const guest = connect(doorOf(target.facts)).resume();
    guest.on('error', () => {});
    guest.write(words);
    await new Promise((resolve) => guest.once('close', resolve));
  }
  assert.equal(await ask(target, '/self'), before);
});

test('a tool that is killed while it is attached leaves no thread in the service', TIMEOUT, async (context) => {
  // Many programs end on what they do not expect.
  const strict = 'data:text/javascript,process.on("multipleResolves", () => process.exit(9))';
  const { target } = await startWithAgent(context, 'http-service.mjs', { nodeFlags: [...AGENT, '--import', strict] });
  const threads = (): number => readdirSync(`/proc/${target.facts.pid}/task`).length;
  await ask(target, '/self');
  const before = threads();
  const door = doorOf(target.facts);
  const guest = connect(door);
  guest.write('{"soakProfilerAgent":1}\n');
  const [welcome] = await once(guest.setEncoding('utf8'), 'data');
  const { sessions } = JSON.parse(String(welcome)) as { readonly sessions: string };
  const session = connect(join(dirname(door), sessions));
  session.write(`${JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: '6 * 7' } })}\n`);
  const [answer] = await once(session.setEncoding('utf8'), 'data');
  assert.equal(JSON.parse(String(answer)).result.result.value, 42);
  assert.equal(threads(), before + 1);
  guest.destroy();
  session.destroy();
  assert.ok(await poll(async () => (threads() === before ? true : null), 5_000));
  assert.ok(await ask(target, '/self'));
});

test('--agent names a service by the socket of its agent', TIMEOUT, async (context) => {
  const { target } = await startWithAgent(context, 'http-service.mjs');
  const door = doorOf(target.facts);
  assert.equal(findTarget({ agent: door }).pid, target.facts.pid);
  assert.throws(() => findTarget({ agent: `${door}x` }), {
    code: 'target-not-found',
    hint: new RegExp(`--agent ${door}    \\S+, process ${target.facts.pid}`),
  });
});

test('where a signal is refused, the agent is named', TIMEOUT, async (context) => {
  const { facts } = await startTarget(context, 'http-service.mjs');
  for (const nodeFlags of [['--disable-sigusr1'], ['--heapsnapshot-signal=SIGUSR1'], ['--permission']])
    assert.match(assessAttach({ ...facts, nodeFlags })?.hint ?? '', /--import soak-profiler\/agent/);
});

const skip = process.getuid?.() === 0 ? false : 'needs root';

test('a service in namespaces of its own is reached through its agent', { skip, ...TIMEOUT }, async (context) => {
  const { target } = await startWithAgent(context, 'http-service.mjs', {
    binary: 'unshare',
    nodeFlags: ['--net', '--mount', process.execPath, ...AGENT],
  });
  const facts = readProcessFacts(target.facts.pid);
  assert.ok(facts && !facts.sameNetwork);
  assert.match(doorOf(facts), new RegExp(`^/proc/${facts.pid}/root/`));
  assert.equal(findTarget({ agent: doorOf(facts).replace(/^.proc.\d+.root/, '') }).pid, facts.pid);
  const attachment = await attach(facts);
  assert.equal(await attachment.session.evaluate('process.pid'), facts.pidInside);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
});

test('where no thread can be started the tool is told so, and the service goes on', TIMEOUT, async (context) => {
  const script = join(temporaryFolder(context), 'no-thread.cjs');
  const failing = "class { constructor() { throw new Error('no room for a thread'); } }";
  writeFileSync(script, `require('node:worker_threads').Worker = ${failing};`);
  const { target } = await startWithAgent(context, 'http-service.mjs', { nodeFlags: [...AGENT, '--require', script] });
  const before = await ask(target, '/self');
  for (let times = 0; times < 2; times += 1) {
    const guest = connect(doorOf(target.facts)).setEncoding('utf8');
    guest.write('{"soakProfilerAgent":1}\n');
    const [welcome] = await once(guest, 'data');
    assert.deepEqual(JSON.parse(String(welcome)), {
      soakProfilerAgent: 1,
      sessions: null,
      refusal: 'no room for a thread',
    });
    guest.destroy();
  }
  assert.ok(await poll(async () => ((await ask(target, '/self')) === before ? true : null), 5_000));
  assert.equal(target.stderr(), '');
});

test('a Node that was built without the inspector starts the service all the same', TIMEOUT, async (context) => {
  const script = join(temporaryFolder(context), 'no-inspector.cjs');
  // As such a Node behaves: the module is not there, and the features say so.
  const text = `
const Module = require('node:module');
const { _load } = Module;
Module._load = function (name, ...more) {
  if (/^(node:)?inspector/.test(name)) throw new Error('ERR_INSPECTOR_NOT_AVAILABLE');
  return _load.call(this, name, ...more);
};
Object.defineProperty(process.features, 'inspector', { value: false });`;
  writeFileSync(script, text);
  const { target } = await startWithAgent(context, 'http-service.mjs', { nodeFlags: ['--require', script, ...AGENT] });
  assert.match(target.stderr(), /this Node was built without the inspector/);
  assert.equal(await ask(target, '/'), 'ok\n');
});

const allowed = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'];

for (const major of [24, 26]) {
  const { binary, skip } = nodeVersion(major);
  const net = major === 26 ? ['--allow-net'] : [];
  test(`the permission model of Node ${major}: what the agent needs is said, and enough`, {
    skip,
    ...TIMEOUT,
  }, async (context) => {
    const shut = await startWithAgent(context, 'http-service.mjs', {
      binary,
      nodeFlags: [...allowed, ...net, ...AGENT],
    });
    assert.match(shut.target.stderr(), /permission model keeps it out; add --allow-inspector --allow-worker/);
    assert.equal(readProcessFacts(shut.target.facts.pid)?.agentDoor, null);
    const flags = [...allowed, ...net, '--allow-inspector', '--allow-worker', ...AGENT];
    const { target } = await startWithAgent(context, 'http-service.mjs', { binary, nodeFlags: flags });
    const attachment = await attach(target.facts);
    assert.equal(await attachment.session.evaluate('process.pid'), target.facts.pid);
    assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  });
}

test(
  'where no session may be had the service runs without the agent, and its log says why',
  TIMEOUT,
  async (context) => {
    const { target } = await startWithAgent(context, 'http-service.mjs', {
      nodeFlags: ['--experimental-permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', ...AGENT],
      binary: nodeVersion(20).binary,
    });
    assert.match(target.stderr(), /the agent needs Node 24 or later, with --allow-inspector/);
    assert.equal(await ask(target, '/'), 'ok\n');
  },
);

test('a service that finds its packages over symbolic links finds them', TIMEOUT, (context) => {
  const folder = temporaryFolder(context);
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('store/first/index.js', "module.exports = require('second');");
  write('store/node_modules/second/index.js', "module.exports = 'found';");
  const main =
    "import { createRequire } from 'node:module';\nprocess.stdout.write(createRequire(import.meta.url)('first'));";
  write('service/main.mjs', main);
  mkdirSync(join(folder, 'service', 'node_modules'));
  symlinkSync(join(folder, 'store', 'first'), join(folder, 'service', 'node_modules', 'first'));
  const { stdout, stderr } = spawnSync(process.execPath, [...AGENT, join(folder, 'service', 'main.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder, XDG_RUNTIME_DIR: '' },
  });
  assert.equal(stdout, 'found', stderr);
});

const SIGNAL = { SOAK_PROFILER_SNAPSHOT_SIGNAL: 'SIGUSR2' };

for (const { major, binary, skip } of nodeVersions()) {
  test(`a heap snapshot on a signal, into a folder, for its owner alone: Node ${major}`, {
    skip,
    ...TIMEOUT,
  }, async (context) => {
    const folder = temporaryFolder(context);
    // A busy machine would make the estimate longer than what is usual.
    const limits = { SOAK_PROFILER_SNAPSHOT_FOLDER: folder, SOAK_PROFILER_SNAPSHOT_MAX_PAUSE: '10m' };
    const env = { ...SIGNAL, ...limits };
    const { target } = await startWithAgent(context, 'http-service.mjs', { binary, env });
    process.kill(target.facts.pid, 'SIGUSR2');
    assert.ok(
      await poll(async () => (/heap snapshot written/.test(target.stderr()) ? true : null), 20_000),
      target.stderr(),
    );
    const [name = '', ...others] = readdirSync(folder);
    assert.deepEqual(others, []);
    assert.equal(lstatSync(join(folder, name)).mode & 0o777, 0o600);
    assert.ok((await summariseSnapshot(join(folder, name))).nodes > 1_000);
    assert.equal(await ask(target, '/'), 'ok\n');
  });
}

test(
  'a snapshot on a signal is refused where its estimate forbids it; without the option the signal is not touched',
  TIMEOUT,
  async (context) => {
    const folder = temporaryFolder(context);
    const limits = { SOAK_PROFILER_SNAPSHOT_FOLDER: folder, SOAK_PROFILER_SNAPSHOT_MAX_PAUSE: '1ms' };
    const { target } = await startWithAgent(context, 'http-service.mjs', { env: { ...SIGNAL, ...limits } });
    process.kill(target.facts.pid, 'SIGUSR2');
    const refused = /no heap snapshot was written: the service would be paused for .* longer than the allowed 1 ms/;
    assert.ok(await poll(async () => (refused.test(target.stderr()) ? true : null), 10_000), target.stderr());
    assert.deepEqual(readdirSync(folder), []);

    const { target: without } = await startWithAgent(context, 'http-service.mjs');
    const exited = once(without.child, 'exit');
    process.kill(without.facts.pid, 'SIGUSR2');
    assert.deepEqual(await exited, [null, 'SIGUSR2']);
  },
);

test('a service that can start no thread says so and goes on', TIMEOUT, async (context) => {
  // As Node does where no thread is left (pids.max, ulimit -u).
  const preload = join(temporaryFolder(context), 'no-threads.cjs');
  writeFileSync(
    preload,
    `require('node:worker_threads').Worker = class { constructor() { throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' }); } };`,
  );
  const nodeFlags = ['--require', preload, '--inspect-port=0', ...AGENT];
  const { target } = await startWithAgent(context, 'http-service.mjs', { nodeFlags });
  doorOf(target.facts);
  const said: string[] = [];
  const attachment = await attach(target.facts, { log: (line) => said.push(line) });
  assert.match(said.join('\n'), /EAGAIN/);
  assert.match(attachment.inspector.url, /^ws:/, 'the inspector stands in');
  await attachment.detach();
  assert.equal(await ask(target, '/'), 'ok\n');
});

test('where threads or descriptors are short, the agent is not asked to start a thread', () => {
  const needed = checksFor('agent').map(({ name }) => name);
  assert.deepEqual(
    ['threads-left', 'descriptors-left', 'network', 'signal-free'].map((name) => needed.includes(name)),
    [true, true, false, false],
  );
  const toConnect = checksFor('connect').map(({ name }) => name);
  assert.deepEqual([toConnect.includes('network'), toConnect.includes('threads-left')], [true, false]);
});
