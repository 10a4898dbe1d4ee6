import assert from 'node:assert/strict';
import http from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage } from '../../src/capture/collect-garbage.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { InspectorError } from '../../src/target/inspector-error.ts';
import { callInTarget, cleanUpRegistry, REGISTRY_EXPRESSION } from '../../src/target/target-registry.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { startInspected } from './inspected-child.ts';

const SERVICE = `
const http = require('http');
const kept = [];
const answer = (req, res) => {
  if (req.url === '/never') return;
  kept.push(Array.from({ length: 500 }, (_, i) => ({ i, url: req.url })));
  if (req.url.startsWith('/orders/')) req.url = '/rewritten';
  if (req.headers.fail) res.statusCode = 503;
  if (req.headers.refuse) res.statusCode = 409;
  if (req.url === '/slow') setTimeout(() => res.end('late'), 100); else res.end('ok');
};
const a = http.createServer(answer).listen(0, '127.0.0.1');
const b = http.createServer(answer).listen(0, '127.0.0.1', () => console.log(a.address().port + ' ' + b.address().port));
`;
const clock = createHostClock();

async function get(port: number, path: string, agent?: http.Agent, abortAfterMs?: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path, ...(agent && { agent }) }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', () => resolve());
    if (abortAfterMs !== undefined) setTimeout(() => request.destroy(), abortAfterMs);
  });
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: requests served equal requests sent: two servers, kept alive, slow, aborted`, { skip }, (t) =>
    countRequests(t, binary),
  );
}

const SERVERS = `
const { createServer } = require(process.env.SERVER);
const server = createServer();
server.on('request', (_, res) => res.end('ok'));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: HTTP servers are told apart from others until a request comes`, { skip }, async (t) => {
    const serversOf = async (kind: string) => {
      const target = await startInspected(t, SERVERS.replace('process.env.SERVER', JSON.stringify(kind)), {
        node: binary,
      });
      const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
      const servers = async () => (await probe.sample()).values['resources.servers.http'];
      return { port: Number(target.firstLine), servers };
    };
    assert.equal(await (await serversOf('net')).servers(), 0);
    assert.equal(await (await serversOf('http2')).servers(), 0);
    const { port, servers } = await serversOf('http');
    assert.equal(await servers(), 1);
    await get(port, '/');
    await sleep(100);
    assert.equal(await servers(), undefined);
  });
}

async function countRequests(t: TestContext, node: string): Promise<void> {
  const target = await startInspected(t, SERVICE, { node });
  const [a, b] = target.firstLine.split(' ').map(Number) as [number, number];
  const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  assert.deepEqual(probe.unavailable, []);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  t.after(() => agent.destroy());
  await Promise.all(Array.from({ length: 200 }, (_, i) => get(i % 2 ? a : b, '/', agent)));
  await Promise.all([get(a, '/slow'), get(b, '/slow')]);
  const stuck = [get(a, '/never', undefined, 600), get(a, '/never', undefined, 600)];
  await sleep(200);
  const during = await probe.sample();
  assert.equal(during.values['requests.served'], 202);
  assert.equal(during.values['requests.active'], 2);
  assert.ok(during.values['requests.latency.sum']! >= 150);
  await Promise.all(stuck);
  await sleep(200);
  const after = await probe.sample();
  assert.equal(after.values['requests.served'], 202);
  assert.equal(after.values['requests.active'], 0);
  assert.equal(after.values['requests.aborted'], 2);
  assert.equal(after.values['resources.servers'], 2);
  await collectGarbage(target.session, probe.measure);
  await sleep(100);
  const collected = await probe.sample();
  assert.ok(collected.values['gc.major.count']! >= 1 && collected.values['heap.live']! > 1e6);
  for (const name of ['heap.used', 'heap.limit', 'heap.space.old', 'loop.utilization', 'loop.delay.p99'] as const) {
    assert.ok(Number.isFinite(collected.values[name]), name);
  }
  await probe.remove();
}

test('requests are counted by route, as they came in, with those that failed; there is no end of memory for routes', async (t) => {
  const target = await startInspected(t, SERVICE);
  const [a, b] = target.firstLine.split(' ').map(Number) as [number, number];
  const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  assert.deepEqual(await probe.readRoutes(), []);
  await Promise.all(Array.from({ length: 20 }, (_, i) => get(i % 2 ? a : b, `/orders/${i}?token=${i}`)));
  await Promise.all(
    Array.from({ length: 3 }, () => fetch(`http://127.0.0.1:${a}/pay`, { method: 'POST', headers: { fail: '1' } })),
  );
  await get(a, '/people/jo@example.org');
  await fetch(`http://127.0.0.1:${b}/pay`, { method: 'POST', headers: { refuse: '1' } });
  await until(async () => sum(await probe.readRoutes()) === 25);
  assert.deepEqual(await probe.readRoutes(), [
    { route: 'GET /orders/{id}', begun: 20, failed: 0, serverErrors: 0, aborted: 0 },
    { route: 'POST /pay', begun: 4, failed: 4, serverErrors: 3, aborted: 0 },
    { route: 'GET /people/{id}', begun: 1, failed: 0, serverErrors: 0, aborted: 0 },
  ]);
  assert.equal((await probe.sample()).values['requests.errors'], 3);
  await Promise.all(Array.from({ length: 2 }, () => get(a, '/never', undefined, 100)));
  await until(async () => (await probe.readRoutes()).some(({ aborted }) => aborted === 2));
  assert.deepEqual((await probe.readRoutes()).at(-1), {
    route: 'GET /never',
    begun: 2,
    failed: 0,
    serverErrors: 0,
    aborted: 2,
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  const word = (i: number): string =>
    `${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + Math.floor(i / 26))}`;
  await Promise.all(Array.from({ length: 300 }, (_, i) => get(a, `/${word(i)}`, agent)));
  await until(async () => sum(await probe.readRoutes()) === 327);
  const routes = await probe.readRoutes();
  assert.equal(routes.length, 101);
  assert.deepEqual(routes.at(-1), { route: '(other)', begun: 204, failed: 0, serverErrors: 0, aborted: 0 });
});

test('routes that differ in their last part only are one, where there are many of them', async (t) => {
  const target = await startInspected(t, SERVICE);
  const [a] = target.firstLine.split(' ').map(Number) as [number];
  const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  for (let i = 0; i < 30; i += 1) await get(a, `/shop/products/blue-${'abcdefghijklmnopqrstuvwxyzABCD'[i]}`, agent);
  await until(async () => sum(await probe.readRoutes()) === 30);
  const routes = await probe.readRoutes();
  assert.equal(routes.length, 21);
  assert.deepEqual(routes.at(-1), {
    route: 'GET /shop/products/{id}',
    begun: 10,
    failed: 0,
    serverErrors: 0,
    aborted: 0,
  });
});

function sum(routes: Awaited<ReturnType<RuntimeProbe['readRoutes']>>): number {
  return routes.reduce((total, { begun }) => total + begun, 0);
}

/** The answer is counted a moment after its end came. */
async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) await sleep(10);
}

test('forced collections are counted, and the live heap of a growing service rises', async (t) => {
  const target = await startInspected(t, SERVICE);
  const [port] = target.firstLine.split(' ').map(Number) as [number];
  const probe = await RuntimeProbe.install(target.session, { httpProbes: false, clock });
  const live: number[] = [];
  for (let round = 0; round < 3; round++) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
    await Promise.all(Array.from({ length: 100 }, () => get(port, '/', agent)));
    agent.destroy();
    await probe.measure(() => target.session.call('HeapProfiler.collectGarbage'));
    await sleep(100);
    const sample = await probe.sample();
    assert.ok(sample.values['gc.major.count']! > round);
    assert.ok(sample.liveHeaps.some((point) => point.forced));
    assert.equal(sample.values['requests.served'], undefined, 'no probes asked for');
    live.push(sample.values['heap.live']!);
  }
  assert.ok(live[1]! > live[0]! + 500_000 && live[2]! > live[1]! + 500_000, `rises: ${live}`);
  const idle = await probe.sample();
  assert.equal(idle.values['heap.live'], undefined, 'nothing new without a collection');
});

test('event-loop delay and the measured pause show a blocked loop', async (t) => {
  const target = await startInspected(t, SERVICE);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  await sleep(300);
  const calm = await probe.sample();
  assert.ok(calm.values['loop.delay.p50']! < 15, `idle median ${calm.values['loop.delay.p50']}`);
  const block = '(() => { const end = Date.now() + 300; while (Date.now() < end); })()';
  const { cost } = await probe.measure(() => target.session.evaluate(block));
  assert.ok(cost.pauseMs > 280, `pause ${cost.pauseMs}`);
  await sleep(100);
  const blocked = await probe.sample();
  assert.ok(blocked.values['loop.delay.max']! > 250, `delay ${blocked.values['loop.delay.max']}`);
  assert.ok(blocked.values['loop.utilization']! > 0.2);
  await assert.rejects(
    probe.measure(() => Promise.reject(new Error('no'))),
    /no/,
  );
});

const TRACES = `(() => {
  const channels = require('node:diagnostics_channel');
  const listeners = (emitter) => emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]);
  return JSON.stringify({
    resources: process.getActiveResourcesInfo().sort(),
    listeners: listeners(process),
    start: channels.hasSubscribers('http.server.request.start'),
    finish: channels.hasSubscribers('http.server.response.finish'),
    globals: Object.getOwnPropertySymbols(globalThis).map(String).concat(Object.getOwnPropertyNames(globalThis)),
  });
})()`;

test('nothing stays in the target after removal, and a second probe takes the place of the first', async (t) => {
  const target = await startInspected(t, SERVICE);
  const [port] = target.firstLine.split(' ').map(Number) as [number];
  await target.session.evaluate(TRACES);
  await get(port, '/');
  await sleep(100);
  const before = await target.session.evaluate<string>(TRACES);
  await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  await get(port, '/');
  await probe.measure(async () => {});
  await sleep(50);
  const sample = await probe.sample();
  assert.equal(sample.values['requests.served'], 1, 'the first probe no longer counts');
  assert.notEqual(await target.session.evaluate<string>(TRACES), before);
  await probe.remove();
  await sleep(100);
  assert.equal(await target.session.evaluate<string>(TRACES), before);
  await probe.remove();
  await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  assert.deepEqual(await target.session.evaluate(callInTarget(cleanUpRegistry)), [], 'as detaching does it');
  await sleep(100);
  assert.equal(await target.session.evaluate<string>(TRACES), before);
});

test('works in an ESM program, without a global process.mainModule', async (t) => {
  const program = `import { createServer } from 'node:http';
    const server = createServer((_, res) => res.end()).listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const target = await startInspected(t, program, { file: 'service.mjs' });
  const port = Number(target.firstLine);
  const probe = await RuntimeProbe.install(target.session, {
    httpProbes: true,
    clock,
  });
  await get(port, '/');
  await sleep(50);
  const sample = await probe.sample();
  assert.deepEqual(probe.unavailable, []);
  assert.equal(sample.values['requests.served'], 1);
  await target.session.evaluate(`${REGISTRY_EXPRESSION}.silentTicks = 3`);
  await probe.sample();
  assert.equal(await target.session.evaluate(`${REGISTRY_EXPRESSION}.silentTicks`), 0, 'the watchdog has heard of us');
});

test('a target that does not answer is asked once, and its late answer loses nothing', async (t) => {
  const target = await startInspected(t, SERVICE);
  const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  await collectGarbage(target.session, probe.measure);
  await sleep(100);
  target.child.kill('SIGSTOP');
  for (let i = 0; i < 3; i++) {
    await assert.rejects(probe.sample(50), (error) => error instanceof InspectorError && error.reason === 'deadline');
  }
  target.child.kill('SIGCONT');
  assert.ok((await probe.sample()).liveHeaps.length >= 1, 'what the first question found');
  assert.deepEqual((await probe.sample()).liveHeaps, []);
  target.child.kill('SIGKILL');
  await target.session.closed;
  await assert.rejects(probe.sample(), (error) => error instanceof InspectorError && error.reason === 'closed');
});

test('what a program publishes, replaces or takes away while it is watched does not end it', async (t) => {
  const target = await startInspected(t, SERVICE);
  const [port] = target.firstLine.split(' ').map(Number) as [number];
  const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
  // Not in the target's answer to us, where an exception would be ours: in a turn of its own, as a program does.
  await target.session.evaluate(`setTimeout((channels, v8) => {
    delete globalThis.WeakRef;
    process.hrtime = () => 5n;
    v8.getHeapStatistics = () => { throw new Error('no'); };
    for (const end of ['request.start', 'response.finish']) {
      for (const message of [undefined, {}, { request: {}, response: 'id' }]) channels.channel('http.server.' + end).publish(message);
    }
    globalThis.isDone = true;
  }, 1, require('node:diagnostics_channel'), require('node:v8')) && undefined`);
  while (!(await target.session.evaluate('globalThis.isDone'))) await sleep(10);
  await target.session.call('HeapProfiler.collectGarbage');
  await get(port, '/');
  // The end of a request is published before the next one is answered on the same thread.
  await get(port, '/');
  const { values } = await probe.sample();
  assert.ok(values['requests.served']! >= 1, 'it is counted all the same');
  assert.equal(target.child.exitCode, null);
  await probe.remove();
});
