import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestRecorder } from '../../src/load/request-recorder.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import { Latencies } from '../../src/stats/latencies.ts';
import { RequestTotals, summariseRequests } from '../../src/stats/request-summary.ts';

/** One interval whose requests took the given milliseconds, each sent `lateMs` after its time. */
function intervalOf(name: string, startMs: number, latenciesMs: readonly number[], lateMs = 0): RequestInterval {
  const recorder = new RequestRecorder(name, 10);
  for (const latencyMs of latenciesMs) {
    const sentMs = startMs + lateMs;
    recorder.record({ plannedMs: startMs, sentMs, endMs: sentMs + latencyMs, errorKind: null, hasLatency: true });
  }
  const interval = recorder.take(startMs, startMs + 1000);
  assert.ok(interval);
  return interval;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * 0.002, `${actual}, not ${expected}`);
}

test('percentiles come from the merged distribution, not from an average of percentiles', () => {
  const fast = intervalOf(
    'a',
    0,
    Array.from({ length: 99 }, () => 1),
  );
  const slow = intervalOf('a', 1000, [500]);
  const [summary] = summariseRequests([fast, slow]);
  assert.equal(summary?.count, 100);
  near(summary.p50Ms, 1);
  near(summary.p99Ms, 1);
  near(summary.maxMs, 500);
  assert.equal(summary.ratePerSecond, 50);
});

test('time that several names share counts once, gaps do not count', () => {
  const summaries = summariseRequests([
    intervalOf('a', 0, [1, 1, 1, 1]),
    intervalOf('b', 0, [1, 1]),
    intervalOf('a', 60_000, [1, 1, 1, 1]),
  ]);
  assert.deepEqual(
    summaries.map(({ name, ratePerSecond }) => [name, ratePerSecond]),
    [
      ['a', 4],
      ['b', 1],
    ],
  );
});

test('intervals can be added one by one', () => {
  const intervals = [0, 1000].map((startMs) => intervalOf('a', startMs, [3, 4]));
  const totals = new RequestTotals();
  for (const interval of intervals) totals.add(interval);
  assert.deepEqual(totals.summarise(), summariseRequests(intervals));
});

test('only intervals that lie in the window are taken', () => {
  const intervals = [0, 1000, 2000].map((startMs) => intervalOf('a', startMs, [startMs + 1]));
  near(summariseRequests(intervals, 1000, 2000)[0]?.maxMs ?? 0, 1001);
  assert.deepEqual(summariseRequests(intervals, 500, 1500), []);
});

test('late sends are counted, and show in the intended times only', () => {
  const interval = intervalOf('a', 0, [5, 5, 5], 100);
  assert.equal(interval.late, 3);
  assert.equal(interval.maxLateMs, 100);
  const [summary] = summariseRequests([interval]);
  near(summary?.p50Ms ?? 0, 105);
  near(summary?.service.p50Ms ?? 0, 5);
});

test('a request without an answer counts but has no latency', () => {
  const recorder = new RequestRecorder('a', 10);
  recorder.record({ plannedMs: 0, sentMs: 0, endMs: 1, errorKind: 'ECONNREFUSED', hasLatency: false });
  const interval = recorder.take(0, 1000);
  assert.deepEqual(interval?.errorKinds, { ECONNREFUSED: 1 });
  const latencies = new Latencies();
  latencies.add(interval.service);
  assert.equal(latencies.count, 0);
  assert.equal(latencies.atPercentile(50), null);
  assert.equal(recorder.take(1000, 2000), null);
});
