import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { createHostClock } from '../../src/capture/host-clock.ts';
import type { ProfilerError } from '../../src/model/errors.ts';
import { EXIT } from '../../src/model/exit-codes.ts';
import { LongPauses } from '../../src/soak/long-pauses.ts';
import type { NewEvent } from '../../src/soak/run-log.ts';
import type { SoakTarget } from '../../src/soak/soak-target.ts';
import { TargetKeeper, type TargetKeeperOptions } from '../../src/soak/target-keeper.ts';
import { attach } from '../../src/target/attach.ts';
import { attachToAddress } from '../../src/target/attach-to-address.ts';
import type { Attachment } from '../../src/target/attachment.ts';
import { poll } from '../../src/target/poll.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ENDING = 'test/targets/attach/ending.mjs';

test('an inspector that is lost while the instruments are set up is attached to again', async (t) => {
  const { service, target } = await startTarget(t, (attachment, attempt) => {
    if (attempt === 1) attachment.session.disconnect();
  });
  const notes: string[] = [];
  const keeper = await TargetKeeper.attach(target, keeperOptions(notes));
  assert.ok(keeper.instruments);
  assert.ok((await keeper.readInside(5_000))['heap.used']);
  await keeper.close();
  assert.match(notes.join('\n'), /attaching again, the inspector was lost/);
  assertLeftAlone(service);
});

test('what is asked while nobody can look inside does not blind the rest of the run', async (t) => {
  const { service, target } = await startTarget(t, () => {});
  const notes: string[] = [];
  const keeper = await TargetKeeper.attach(target, keeperOptions(notes));
  keeper.instruments?.attachment.session.disconnect();
  assert.ok(await poll(() => keeper.instruments === null || null, 5_000));
  assert.deepEqual(await keeper.readInside(100), {});
  assert.ok(await poll(() => keeper.instruments, 30_000), `not attached to again: ${notes.join('; ')}`);
  assert.ok((await keeper.readInside(5_000))['heap.used']);
  await keeper.close();
  assertLeftAlone(service);
});

test('one that is lost again and again ends in a clear error, and nothing stays behind', async (t) => {
  const { service, target } = await startTarget(t, (attachment) => attachment.session.disconnect());
  await assert.rejects(
    TargetKeeper.attach(target, keeperOptions()),
    ({ exitCode, message }: ProfilerError) =>
      exitCode === EXIT.targetLost && /(exited|disconnected) while the tool was attached/.test(message),
  );
  assertLeftAlone(service);
});

test('a service that dies while the instruments are set up: exit code 4', async (t) => {
  const { service, target } = await startTarget(t, () => void service.stop('SIGKILL'));
  await assert.rejects(
    TargetKeeper.attach(target, keeperOptions()),
    ({ exitCode, message }: ProfilerError) => exitCode === EXIT.targetLost && message.includes(String(service.pid)),
  );
});

test('a twin on another port is nobody that was named: not attached to, and the target is lost', async (t) => {
  const { service, target } = await startTarget(t, () => {});
  const gone: string[] = [];
  const away: boolean[] = [];
  const keeper = await TargetKeeper.attach(target, {
    ...keeperOptions(),
    returnTimeoutMs: 3_000,
    onAway: (isAway) => void away.push(isAway),
    onGone: (why) => void gone.push(why),
  });
  await service.stop('SIGKILL');
  const twin = await spawnService('test/targets/http-service.mjs');
  t.after(() => twin.stop());
  assert.ok(await poll(() => (gone.length > 0 ? true : null), 30_000));
  await keeper.close();
  assert.equal(keeper.segment, 0);
  assert.deepEqual(away, [true], 'load of ours stays away from it');
  assert.match(gone.join(), new RegExp(`process ${twin.pid} does not listen on port ${service.port}`));
  assert.equal(twin.stderr(), '');
  assertLeftAlone(twin);
});

test('another process behind the address of an inspector begins a new segment', async (t) => {
  const inspected = { nodeArgs: ['--inspect=127.0.0.1:0'] };
  const first = await spawnService('test/targets/http-service.mjs', inspected);
  t.after(() => first.stop());
  const second = await spawnService('test/targets/http-service.mjs', inspected);
  t.after(() => second.stop());
  // As through a tunnel: who listens at the address is not who answers.
  const tunnel = await openTunnel(t, inspectorPortOf(first));
  const address = `127.0.0.1:${tunnel.port}`;
  const found = await attachToAddress(address);
  await found.detach();
  assert.equal(found.process, null);
  const segments: number[] = [];
  const keeper = await TargetKeeper.attach(
    {
      facts: found.facts,
      process: null,
      identity: { by: 'port', port: tunnel.port },
      ended: null,
      attach: () => attachToAddress(address),
    },
    { ...keeperOptions(), returnTimeoutMs: 30_000, onSegment: ({ pid }) => void segments.push(pid) },
  );
  tunnel.to(inspectorPortOf(second));
  await first.stop('SIGKILL');
  assert.ok(await poll(() => (keeper.facts.pid === second.pid ? true : null), 20_000));
  assert.deepEqual(segments, [second.pid]);
  assert.equal(keeper.segment, 1);
  await keeper.close();
});

function inspectorPortOf(service: RunningService): number {
  return Number(/ws:\/\/127\.0\.0\.1:(\d+)\//.exec(service.stderr())?.[1]);
}

/** Hands on what comes to it: to one port, later to another. */
async function openTunnel(t: TestContext, port: number): Promise<{ readonly port: number; to(port: number): void }> {
  let target = port;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    to: (next) => {
      target = next;
    },
  };
}

test('a service that exits: its connection is released, its successor is a new segment', async (t) => {
  const first = await spawnService(ENDING, { args: ['--by', 'exit'] });
  const { keeper, events, away } = await keep(t, first);
  assert.equal(await first.stop(), 0);
  const second = await spawnService(ENDING, { port: first.port });
  t.after(() => second.stop('SIGKILL'));
  assert.ok(
    await poll(() => (keeper.segment === 1 ? keeper.instruments : null), 15_000),
    'its next life is attached to',
  );
  assert.equal(keeper.facts.pid, second.pid);
  assert.ok((await keeper.readInside(5_000))['heap.used']);
  await keeper.close();
  assert.deepEqual(
    events.filter((event) => /^(target|inspector)-/.test(event.type)).map((event) => Object.values(event)[1]),
    [`exiting: the program of process ${first.pid} has ended`, 1],
  );
  assert.deepEqual(away, [true, false]);
  assertLeftAlone(second);
});

test('one that only finishes what it has begun is left as it was, for the one that listens in its place', async (t) => {
  const first = await spawnService(ENDING, { args: ['--by', 'graceful'] });
  t.after(() => first.stop('SIGKILL'));
  const { keeper, events } = await keep(t, first);
  const held = fetch(`${first.baseUrl}/hold`).catch(() => {});
  await fetch(`${first.baseUrl}/health`);
  first.child.kill('SIGTERM');
  await poll(
    () => (readProcessFacts(first.pid)?.listening?.some(({ port }) => port === first.port) ? null : true),
    5_000,
  );
  await keeper.readOutside();
  assert.equal(keeper.segment, 0, 'as long as nobody listens in its place it is the service');
  const second = await spawnService(ENDING, { port: first.port });
  t.after(() => second.stop('SIGKILL'));
  const found = await poll(
    async () => {
      await keeper.readOutside();
      return keeper.segment === 1 ? keeper.instruments : null;
    },
    20_000,
    500,
  );
  assert.ok(found, 'its successor is attached to');
  assert.equal(keeper.facts.pid, second.pid);
  assert.equal(first.child.exitCode, null, 'it works on');
  assert.deepEqual(readProcessFacts(first.pid)?.listening, [], 'its inspector is closed');
  assert.ok(events.some((event) => event.type === 'target-lost' && event.reason.startsWith('draining:')));
  await keeper.close();
  assertLeftAlone(second);
  await first.stop('SIGKILL');
  await held;
});

test('one that another debugger holds up: its successor is not waited for until it is gone', async (t) => {
  const first = await spawnService(ENDING, { args: ['--by', 'graceful'] });
  const { keeper } = await keep(t, first);
  const debuggerOfOthers = new WebSocket(keeper.instruments?.attachment.inspector.url ?? '');
  await once(debuggerOfOthers, 'open');
  debuggerOfOthers.send(JSON.stringify({ id: 1, method: 'Runtime.enable' }));
  first.child.kill('SIGTERM');
  assert.ok(await poll(() => keeper.instruments === null || null, 5_000), 'it is released');
  const second = await spawnService(ENDING, { port: first.port });
  t.after(() => second.stop('SIGKILL'));
  assert.ok(
    await poll(() => (keeper.segment === 1 ? keeper.instruments : null), 15_000),
    'its next life is attached to',
  );
  assert.equal(first.child.exitCode, null, 'the other one still holds it');
  const exited = once(first.child, 'exit');
  debuggerOfOthers.terminate();
  assert.deepEqual(await exited, [0, null]);
  await keeper.close();
  assertLeftAlone(second);
});

test('each connection has ids of its own', async (t) => {
  const { service, target } = await startTarget(t, () => {});
  const keeper = await TargetKeeper.attach(target, keeperOptions());
  const folder = temporaryFolder(t);
  const epochs: string[] = [];
  for (const name of ['1', '2']) {
    const instruments = await poll(() => keeper.instruments, 10_000);
    const taken = await instruments?.snapshots.take(join(folder, name), { pauseMs: 5_000, keepIds: true });
    epochs.push(taken?.idEpoch ?? '');
    instruments?.attachment.session.disconnect();
    assert.ok(await poll(() => keeper.instruments === null || null, 5_000));
  }
  assert.notEqual(epochs[0], epochs[1], 'V8 forgets the ids that it gave out when a connection ends');
  assert.ok(await poll(() => keeper.instruments, 10_000));
  await keeper.close();
  assertLeftAlone(service);
});

async function keep(
  t: TestContext,
  service: RunningService,
): Promise<{ readonly keeper: TargetKeeper; readonly events: NewEvent[]; readonly away: readonly boolean[] }> {
  t.after(() => service.stop('SIGKILL'));
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const events: NewEvent[] = [];
  const identity = { by: 'port', port: service.port } as const;
  const target: SoakTarget = { facts, process: facts, identity, ended: null, attach: (now) => attach(now ?? facts) };
  const options = keeperOptions();
  const log = { ...options.log, event: (event: NewEvent) => void events.push(event) };
  const away: boolean[] = [];
  const keeper = await TargetKeeper.attach(target, {
    ...options,
    log,
    returnTimeoutMs: 30_000,
    onAway: (isAway) => void away.push(isAway),
  });
  return { keeper, events, away };
}

/** A target whose attachment something happens to before it is used. */
async function startTarget(
  t: TestContext,
  disturb: (attachment: Attachment, attempt: number) => void,
): Promise<{ service: RunningService; target: SoakTarget }> {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  let attempts = 0;
  const target: SoakTarget = {
    facts: { ...facts, nodeVersion: process.version },
    process: facts,
    identity: { by: 'pid' },
    ended: null,
    attach: async () => {
      const attachment = await attach(facts);
      attempts += 1;
      disturb(attachment, attempts);
      return attachment;
    },
  };
  return { service, target };
}

function keeperOptions(notes: string[] = []): TargetKeeperOptions {
  const log: TargetKeeperOptions['log'] = {
    event: (event) => {
      if (event.type === 'note') notes.push(event.detail);
    },
    say: () => {},
  };
  return {
    runId: 'keeper',
    sampleMs: 1_000,
    cpuIntervalUs: 1_000,
    heapIntervalBytes: 512 * 1024,
    probes: true,
    maxPauseMs: null,
    clock: createHostClock(),
    log,
    pauses: new LongPauses({ maxPauseMs: null, force: false, log }),
    returnTimeoutMs: 1_000,
    loadPort: null,
    onSegment: () => {},
    onAway: () => {},
    onGone: () => {},
    stop: new AbortController().signal,
  };
}
