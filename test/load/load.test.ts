import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { driver } from './drive.ts';
import { ENROLL, errorKindsOf, PRIVATE, scenarioOf, sleep, startTarget, sumOf, type Target } from './target.ts';

let target: Target;
before(async () => {
  target = await startTarget();
});
after(() => target.close());

const drive = driver(() => target.url);

test('each user makes its set-up once, and what it captured is used', async () => {
  const scenario = scenarioOf('{ model: closed, users: 5, thinkTime: 10ms }', PRIVATE, ENROLL);
  const { load, intervals } = await drive(scenario);
  while (sumOf(intervals, 'private').count <= 20) await sleep(50);
  const totals = await load.stop();
  assert.equal(sumOf(intervals, 'enroll').count, 5);
  assert.ok(intervals.every(({ name, isSetup = false }) => isSetup === (name === 'enroll')));
  assert.equal(totals.errors, 0);
  assert.equal(totals.completed, sumOf(intervals, 'enroll').count + sumOf(intervals, 'private').count);
  assert.equal(totals.inFlight, 0);
  assert.deepEqual(await load.ended, { reason: 'stopped', detail: '', totals });
});

test('tasks come by their weights', async () => {
  const tasks = `  - weight: 3
    request: { name: a, path: /ok }
  - request: { name: b, path: /ok }`;
  const { load, intervals } = await drive(scenarioOf('{ model: closed, users: 10 }', tasks));
  while ((load.totals()?.completed ?? 0) < 3000) await sleep(50);
  await load.stop();
  const a = sumOf(intervals, 'a').count;
  const share = a / (a + sumOf(intervals, 'b').count);
  assert.ok(Math.abs(share - 0.75) < 0.04, `share of a: ${share}`);
});

for (const model of ['{ model: closed, users: 20 }', '{ model: open, rate: 200/s }']) {
  test(`after a pause nothing reaches the target, until it is resumed: ${model}`, async () => {
    const { load } = await drive(scenarioOf(model, '  - request: { path: "/slow?ms=50" }'));
    await sleep(500);
    const totals = await load.pause();
    assert.equal(totals.inFlight, 0);
    const paused = await target.tell('stats');
    await sleep(400);
    assert.equal((await target.tell('stats')).requests, paused.requests);
    assert.equal((await load.pause()).completed, totals.completed);
    await load.resume();
    await sleep(400);
    assert.ok((await target.tell('stats')).requests > paused.requests);
    const end = await load.stop();
    assert.ok(end.activeMs < end.atMonoMs - end.startMonoMs - 350, 'the clock of the load stood still');
  });
}

test('after a pause an open schedule goes on without a burst', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: open, rate: 100/s }', '  - request: { path: /ok }'));
  await sleep(500);
  await load.pause();
  await sleep(1500);
  await load.resume();
  await sleep(500);
  const totals = await load.stop();
  assert.equal(
    totals.completed,
    intervals.reduce((sum, interval) => sum + interval.count, 0),
  );
  const expected = totals.activeMs / 10;
  assert.ok(Math.abs(totals.completed - expected) <= 3, `${totals.completed} of ${expected}`);
});

test('an open load sends every arrival of its schedule and then is over', async () => {
  const scenario = scenarioOf('{ model: open, rate: 250/s, duration: 2s }', '  - request: { path: /ok }');
  const { load, intervals } = await drive(scenario);
  const end = await load.ended;
  assert.equal(end.reason, 'over');
  assert.equal(end.totals?.offered, 500);
  const dropped = end.totals?.dropped ?? 0;
  assert.ok(dropped <= 5, `${dropped} at the end of the time`);
  assert.equal(sumOf(intervals, 'GET /ok').count, 500 - dropped);
  await load.stop();
});

test('arrivals beyond the limit in flight are dropped and counted', async () => {
  const scenario = scenarioOf('{ model: open, rate: 100/s, duration: 1s }', '  - request: { name: hang, path: /hang }');
  const { load, intervals } = await drive(scenario, { maxInFlight: 10, timeoutMs: 2000 });
  const end = await load.ended;
  assert.equal(end.totals?.offered, 100);
  assert.equal(end.totals?.dropped, 90);
  assert.deepEqual(errorKindsOf(intervals), { timeout: 10 });
  await load.stop();
});

test('errors are counted by class', async () => {
  const tasks = `  - request: { path: /status/500 }
  - request: { path: /reset }
  - request: { path: /hang }
  - request: { path: /redirect }
  - request: { path: /ok }
    expect: { status: 201 }
  - request: { path: /ok }
    expect: { body: "no such text" }
  - request: { path: /ok }
    expect: { headers: { content-type: json }, body: [ path, "/ok" ] }
  - request: { path: /ok }
    capture: { missing: $.nowhere }`;
  const heard = new Set<string>();
  const { load, intervals } = await drive(scenarioOf('{ model: closed, users: 8, thinkTime: 1ms }', tasks), {
    timeoutMs: 100,
    onError: (_, kind) => heard.add(kind),
  });
  while (heard.size < 6) await sleep(50);
  await load.stop();
  const kinds = ['ECONNRESET', 'capture', 'expectation', 'status 200', 'status 500', 'timeout'];
  assert.deepEqual(Object.keys(errorKindsOf(intervals)).sort(), kinds);
  assert.equal((await target.tell('stats')).seen['/redirect'] ?? 0, sumOf(intervals, 'GET /redirect').count);
  assert.equal(sumOf(intervals, 'GET /redirect').errors, 0);
});

test('a request that cannot be sent is an error of its own, not a crash', async () => {
  const task = '  - request: { path: /ok, headers: { x-odd: "a\\nb" } }';
  const { load, intervals } = await drive(scenarioOf('{ model: closed, users: 2 }', task));
  await sleep(300);
  await load.stop();
  assert.deepEqual(Object.keys(errorKindsOf(intervals)), ['invalid request']);
});

test('a target that went away and came back is driven on', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: open, rate: 100/s }', '  - request: { path: /ok }'));
  await sleep(300);
  await target.tell('down');
  await sleep(300);
  await target.tell('up');
  const before = sumOf(intervals, 'GET /ok').count;
  await sleep(600);
  const totals = await load.stop();
  assert.deepEqual(Object.keys(errorKindsOf(intervals)), ['ECONNRESET']);
  assert.ok(totals.errors >= 20 && totals.errors <= 60, String(totals.errors));
  assert.ok(totals.completed - before >= 50, 'the schedule went on');
});

test('a target that is not there is no busy loop', async () => {
  const { load, intervals } = await drive(scenarioOf('{ model: closed, users: 10 }', '  - request: { path: / }'), {
    baseUrl: 'http://127.0.0.1:1',
  });
  await sleep(1500);
  const totals = await load.stop();
  assert.deepEqual(Object.keys(errorKindsOf(intervals)), ['ECONNREFUSED']);
  // 50, 100, 200, 400, 800 ms with jitter: some six attempts a user.
  assert.ok(totals.completed >= 20 && totals.completed <= 120, String(totals.completed));
});

for (const model of ['{ model: closed, users: 4, thinkTime: 5ms }', '{ model: open, rate: 200/s, users: 4 }']) {
  test(`users whose credentials are refused make their set-up again: ${model}`, async () => {
    const { load, intervals } = await drive(scenarioOf(model, PRIVATE, ENROLL));
    await sleep(500);
    await target.tell('forget');
    await sleep(1000);
    const before = errorKindsOf(intervals)['status 401'] ?? 0;
    await sleep(500);
    const totals = await load.stop();
    assert.ok(before >= 4, `refused ${before}`);
    assert.equal(errorKindsOf(intervals)['status 401'], before, 'no refusal any more');
    assert.ok(totals.repeatedSetups >= 4);
  });
}

test('after its share of requests a fresh user takes the place, with its own set-up', async () => {
  const scenario = scenarioOf('{ model: closed, users: 2, requestsPerUser: 5, duration: 1s }', PRIVATE, ENROLL);
  const { load, intervals } = await drive(scenario);
  assert.equal((await load.ended).reason, 'over');
  const users = sumOf(intervals, 'enroll').count;
  const requests = sumOf(intervals, 'private').count;
  assert.ok(users > 4);
  assert.ok(requests <= users * 5 && requests > (users - 3) * 5, `${requests} requests of ${users} users`);
  await load.stop();
});

test('a ramp of users goes up and down', async () => {
  const load =
    '{ model: closed, thinkTime: 10ms, stages: [ { users: 1, duration: 300ms }, { users: 20, duration: 1s }, { users: 0, duration: 1s } ] }';
  const seen: number[] = [];
  const { load: running } = await drive(scenarioOf(load, '  - request: { path: /ok }'), {
    onInterval: (_, totals) => seen.push(totals.users),
  });
  assert.equal((await running.ended).reason, 'over');
  assert.ok(Math.max(...seen) >= 17 && Math.max(...seen) <= 20, seen.join());
  assert.ok((seen.at(-1) ?? 99) <= 2, seen.join());
  await running.stop();
});

test('--rate and --users take the place of the level of the scenario', async () => {
  const scenario = scenarioOf('{ model: closed, users: 200, thinkTime: 1h }', '  - request: { path: /ok }');
  const { load } = await drive(scenario, { overrides: { ratePerSecond: 100, durationMs: 500 } });
  // On a busy machine the last arrival may be due after the end: it is dropped, and counted.
  assert.equal((await load.ended).totals?.offered, 50);
  await load.stop();
  await assert.rejects(drive(scenario, { overrides: { ratePerSecond: 1, users: 1 } }), /cannot be combined/);
});
