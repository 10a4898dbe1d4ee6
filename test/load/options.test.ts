import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { summariseRequests } from '../../src/stats/request-summary.ts';
import { driver } from './drive.ts';
import { sleep, startTarget, sumOf, type Target } from './target.ts';

let target: Target;
before(async () => {
  target = await startTarget();
});
after(() => target.close());

function scenarioFrom(text: string): Scenario {
  return parseScenario(`name: test\n${text}`, { fileName: 't', readText: () => 'id,kind\n1,a\n2,b\n3,c\n' });
}

const drive = driver(() => target.url);

test('cookies are kept for each user, compressed answers are read', async () => {
  const { load } = await drive(
    scenarioFrom(`load: { model: closed, users: 2, thinkTime: 10ms }
http: { cookies: true, gzip: true }
setup: [ { request: { path: /login } } ]
tasks:
  - request: { name: cookie, path: /cookie }
    expect: { body: '"sid=abc"' }
  - request: { name: gzip, path: /gzip }
    expect: { body: packed }
`),
  );
  while ((load.totals()?.completed ?? 0) < 20) await sleep(50);
  const totals = await load.stop();
  assert.equal(totals.errors, 0);
});

test('rows come in order, and columns of one request from one row', async () => {
  const { load } = await drive(
    scenarioFrom(`load: { model: open, rate: 100/s, users: 1 }
data: { items: { file: items.csv } }
tasks: [ { request: { path: "/row/{{items.id}}{{items.kind}}" } } ]
`),
  );
  while ((load.totals()?.completed ?? 0) < 30) await sleep(50);
  await load.stop();
  const { seen } = await target.tell('stats');
  const rows = Object.entries(seen).filter(([path]) => path.startsWith('/row/'));
  assert.deepEqual(rows.map(([path]) => path).sort(), ['/row/1a', '/row/2b', '/row/3c']);
  const counts = rows.map(([, count]) => count);
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, JSON.stringify(rows));
});

test('the probe goes on at its rate while users wait, and is not counted as load', async () => {
  const { load, intervals } = await drive(
    scenarioFrom(`load: { model: closed, users: 1 }
probe: { path: /ok, rate: 50/s }
tasks: [ { request: { name: slow, path: "/slow?ms=300" } } ]
`),
  );
  await sleep(1000);
  const totals = await load.stop();
  const probed = sumOf(intervals, 'probe').count;
  const due = totals.activeMs / 20;
  assert.ok(Math.abs(probed - due) <= 5, `${probed} probes, ${due} were due`);
  assert.equal(totals.completed, sumOf(intervals, 'slow').count);
  assert.equal(totals.inFlight, 0);
});

test('two processes share users and arrivals, and report as one', async () => {
  for (const [load, least, most] of [
    ['{ model: closed, users: 3, thinkTime: 20ms }', 6, 1000],
    ['{ model: open, rate: 100/s, duration: 1s, users: 3 }', 100, 100],
  ] as const) {
    const scenario = scenarioFrom(
      `load: ${load}\ntasks: [ { request: { name: ok, path: "/shared/{{run}}{{sequence}}" } } ]\n`,
    );
    const { load: running, intervals } = await drive(scenario, { workers: 2 });
    await Promise.race([running.ended, sleep(3000)]);
    const totals = await running.stop();
    const [summary] = summariseRequests(intervals);
    assert.equal(totals.completed, summary?.count);
    assert.ok(totals.completed >= least && totals.completed <= most, `${load}: ${totals.completed}`);
    assert.equal(totals.users, 3);
    assert.equal(totals.errors, 0);
  }
  const { seen } = await target.tell('stats');
  const twice = Object.entries(seen).filter(([path, count]) => path.startsWith('/shared/') && count > 1);
  assert.deepEqual(twice, [], 'a sequence number was used twice');
});

test('stages take their own tasks, and setLevel overrules them', async () => {
  const { load, intervals } = await drive(
    scenarioFrom(`load:
  model: open
  users: 1
  stages:
    - { rate: 100/s, duration: 500ms, tasks: [ a ] }
    - { rate: 20/s, duration: 10s, jump: true, tasks: [ b ] }
tasks: [ { request: { name: a, path: /ok } }, { request: { name: b, path: /ok } } ]
`),
  );
  await sleep(1000);
  const { offered, activeMs } = await load.pause();
  assert.ok(Math.abs(offered - 50 - (activeMs - 500) / 50) <= 4, `${offered} in ${activeMs} ms`);
  await load.resume();
  await load.setLevel(200);
  await sleep(600);
  const end = await load.stop();
  assert.equal(sumOf(intervals, 'a').count, 50);
  const later = (end.offered - offered) / (end.activeMs - activeMs);
  assert.ok(later > 0.15 && later < 0.22, `${later * 1000}/s after setLevel(200)`);
});
