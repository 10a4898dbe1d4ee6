import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LoadTotals } from '../../src/load/load-messages.ts';
import { PROBE_NAME, type RequestInterval } from '../../src/model/requests.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { summariseRequests } from '../../src/stats/request-summary.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { driver } from './drive.ts';
import { scenarioOf, sleep } from './target.ts';

// What a service cannot manage must not lengthen the load. Times are compared with what a backlog would take: some minutes.
const PER_SECOND = 50;
let service: RunningService;
before(async () => {
  service = await spawnService('test/targets/slow-service.mjs', { args: ['--per-second', String(PER_SECOND)] });
});
after(() => service.stop());

const WORK = '  - request: { name: work, path: / }';
const HANG = '  - request: { name: hang, path: /hang }';

const drive = driver(() => service.baseUrl);

async function timed<Result>(action: Promise<Result>): Promise<{ result: Result; tookMs: number }> {
  const startMs = performance.now();
  return { result: await action, tookMs: performance.now() - startMs };
}

async function seen(): Promise<{ requests: number; lastMs: number }> {
  return (await (await fetch(`${service.baseUrl}/seen`)).json()) as { requests: number; lastMs: number };
}

function assertAccounted(totals: LoadTotals, intervals: readonly RequestInterval[]): void {
  const words = JSON.stringify({ ...totals, generator: null });
  assert.equal(totals.inFlight, 0, words);
  assert.equal(totals.offered, totals.completed + totals.dropped + totals.aborted, words);
  const rows = summariseRequests(intervals);
  const sum = (key: 'count' | 'dropped' | 'aborted'): number => rows.reduce((total, row) => total + row[key], 0);
  assert.deepEqual(
    [sum('count'), sum('dropped'), sum('aborted')],
    [totals.completed, totals.dropped, totals.aborted],
    words,
  );
}

for (const workers of [1, 2]) {
  test(`arrivals above what the service manages: it ends on time, all is accounted for, ${workers} processes`, async () => {
    const { load, intervals } = await drive(scenarioOf('{ model: open, rate: 400/s, duration: 3s }', WORK), {
      workers,
    });
    const { result: end, tookMs } = await timed(load.ended);
    const totals = await load.stop();
    assert.equal(end.reason, 'over');
    // 3 s and the grace of 5 s; the backlog would take 20 s.
    assert.ok(tookMs < 14_000, `${tookMs} ms`);
    assert.equal(totals.offered, 1200);
    assert.ok(totals.aborted > 500, String(totals.aborted));
    assert.equal(totals.errors, 0);
    assertAccounted(totals, intervals);
    // What waited in vain waited 5 s at least, and the percentiles say so.
    assert.ok((summariseRequests(intervals)[0]?.p90Ms ?? 0) > 5000, JSON.stringify(summariseRequests(intervals)));
  });
}

test('what waits for a connection at the end is dropped and not sent any more', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: open, rate: 400/s, duration: 2s }', WORK), {
    maxConnections: 10,
  });
  await load.ended;
  const totals = await load.stop();
  const { lastMs } = await seen();
  assert.ok(totals.dropped > 200, String(totals.dropped));
  assertAccounted(totals, intervals);
  // On one host the clocks are one. It was sent for two seconds, and not in the grace after them.
  assert.ok(
    lastMs - totals.startMonoMs < 4000,
    `the last request came ${lastMs - totals.startMonoMs} ms after the start`,
  );
});

test('a pause in the midst of overload is bounded; the load goes on after it', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: open, rate: 400/s }', WORK), { graceMs: 300 });
  await sleep(2000);
  const { result: paused, tookMs } = await timed(load.pause());
  // The backlog would take some 14 s.
  assert.ok(tookMs < 5000, `${tookMs} ms`);
  assert.equal(paused.inFlight, 0);
  assert.ok(paused.aborted > 100, String(paused.aborted));
  const { requests } = await seen();
  await sleep(300);
  assert.equal((await seen()).requests, requests, 'nothing is sent while it is paused');
  await load.resume();
  await sleep(500);
  const totals = await load.stop();
  assert.ok(totals.offered > paused.offered, 'it went on');
  assertAccounted(totals, intervals);
});

test('a second, shorter pause hurries the first', async () => {
  const { load } = await drive(scenarioOf('{ model: closed, users: 3 }', HANG), { graceMs: 60_000 });
  await sleep(300);
  const first = timed(load.pause());
  await sleep(100);
  await load.pause(50);
  assert.ok((await first).tookMs < 10_000);
  await load.stop();
});

test('users whose requests are never answered: the load ends, with what they waited in the percentiles', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: closed, users: 5, duration: 1s }', HANG), {
    graceMs: 500,
  });
  await load.ended;
  const totals = await load.stop();
  assert.deepEqual([totals.completed, totals.errors, totals.aborted], [0, 0, 5]);
  assertAccounted(totals, intervals);
  assert.ok((summariseRequests(intervals)[0]?.p50Ms ?? 0) >= 1000);
});

test('users that wait for a connection when the load ends have dropped nothing', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: closed, users: 20, duration: 1s }', HANG), {
    graceMs: 200,
    maxConnections: 4,
  });
  await load.ended;
  const totals = await load.stop();
  assert.deepEqual([totals.dropped, totals.aborted, totals.offered], [0, 4, 4]);
  assertAccounted(totals, intervals);
});

test('a set-up that hangs does not hold up the end; arrivals without a user are dropped', async () => {
  const setup = '  - request: { name: login, path: /hang }';
  const { load, intervals } = await drive(scenarioOf('{ model: open, rate: 50/s, duration: 1s }', WORK, setup), {
    setupMs: 500,
    graceMs: 200,
  });
  const { tookMs } = await timed(load.ended);
  const totals = await load.stop();
  // Three time-outs of 30 s for each of 50 users, ten at once, would be minutes.
  assert.ok(tookMs < 10_000, `${tookMs} ms`);
  assert.equal(totals.dropped, 50);
  assertAccounted(totals, intervals);
});

test('stages end on time too', async () => {
  const stages = '{ model: open, stages: [ { rate: 400/s, duration: 1s }, { rate: 100/s, duration: 1s } ] }';
  const { load, intervals } = await drive(scenarioOf(stages, WORK), { graceMs: 200 });
  const { tookMs } = await timed(load.ended);
  const totals = await load.stop();
  assert.ok(tookMs < 8000, `${tookMs} ms`);
  assert.ok(totals.aborted > 0);
  assertAccounted(totals, intervals);
});

test('arrivals that the generator missed are not made up for after the end', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: open, rate: 100/s, duration: 3s }', WORK), {
    graceMs: 200,
  });
  await sleep(1000);
  // Shorter than what counts as a suspended machine: a generator that had no time.
  process.kill(load.pid, 'SIGSTOP');
  await sleep(3500);
  const before = (await seen()).requests;
  process.kill(load.pid, 'SIGCONT');
  await load.ended;
  const totals = await load.stop();
  const afterwards = (await seen()).requests - before;
  assert.equal(totals.offered, 300);
  assert.ok(totals.dropped > 100, String(totals.dropped));
  assert.ok(afterwards < 20, `${afterwards} requests were sent after the planned end`);
  assertAccounted(totals, intervals);
});

test('probes that are never answered do not hold up a pause', async () => {
  const scenario = parseScenario(
    `name: probed
load: { model: open, rate: 10/s }
probe: { path: /hang, rate: 20/s }
tasks:
${WORK}
`,
    { fileName: 'probed.yaml' },
  );
  const { load, intervals } = await drive(scenario, { graceMs: 200 });
  await sleep(1000);
  const { tookMs } = await timed(load.pause());
  assert.ok(tookMs < 5000, `${tookMs} ms`);
  await load.stop();
  const probes = summariseRequests(intervals).find(({ name }) => name === PROBE_NAME);
  assert.ok((probes?.aborted ?? 0) > 5, JSON.stringify(probes));
});

test('a load process that does not answer is given up', async () => {
  const { load } = await drive(scenarioOf('{ model: open, rate: 10/s }', WORK));
  process.kill(load.pid, 'SIGSTOP');
  await assert.rejects(load.stop(), { code: 'load-lost' });
  assert.equal((await load.ended).reason, 'lost');
});
