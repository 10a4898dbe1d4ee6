import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoad } from '../../src/load/load-client.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import { summariseRequests } from '../../src/stats/request-summary.ts';
import { scenarioOf, startTarget } from './target.ts';

// The service stands still for 200 ms every 2 s; 100 arrivals a second. A tenth of them meet a stall and wait evenly
// from 0 to 200 ms, so 1 % wait longer than 180 ms: p99 is 180 ms. A tool that leaves out what it could not send
// during a stall (coordinated omission) reports some milliseconds.
test('a stall of the service shows in the 99th percentile', async () => {
  const target = await startTarget();
  await target.tell('stall');
  const intervals: RequestInterval[] = [];
  const load = await startLoad({
    scenario: scenarioOf('{ model: open, rate: 100/s, duration: 12s }', '  - request: { name: ok, path: /ok }'),
    baseUrl: target.url,
    seed: 1,
    onInterval: (batch) => intervals.push(...batch),
  });
  await load.start();
  await load.ended;
  const totals = await load.stop();
  await target.close();
  const [summary] = summariseRequests(intervals);
  assert.equal(summary?.count, 1200);
  assert.equal(summary.errors, 0);
  const report = JSON.stringify({ summary, late: totals.late });
  assert.ok(summary.p99Ms >= 160 && summary.p99Ms <= 215, report);
  assert.ok(summary.p50Ms < 50, report);
});
