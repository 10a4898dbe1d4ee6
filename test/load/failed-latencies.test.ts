import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestMeasures } from '../../src/analysis/request-measures.ts';
import { requestGates } from '../../src/analysis/threshold-gates.ts';
import { IntervalBook } from '../../src/exchange/interval-book.ts';
import { encodeRequestInterval, readRequestInterval } from '../../src/format/request-line.ts';
import { mergeIntervals } from '../../src/load/merge-intervals.ts';
import { RequestRecorder } from '../../src/load/request-recorder.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import { parseThreshold } from '../../src/scenario/parse-threshold.ts';
import { Latencies } from '../../src/stats/latencies.ts';
import { summariseRequests } from '../../src/stats/request-summary.ts';

interface Answers {
  readonly times: number;
  readonly ms: number;
  readonly error?: string;
}

function intervalOf(...answers: readonly Answers[]): RequestInterval {
  const recorder = new RequestRecorder('a', 10);
  for (const { times, ms, error = null } of answers)
    for (let i = 0; i < times; i++)
      recorder.record({ plannedMs: 0, sentMs: 0, endMs: ms, errorKind: error, hasLatency: true });
  return recorder.take(0, 1000) ?? assert.fail('nothing was recorded');
}

function judge(interval: RequestInterval, limit: string): { status: string; measured: number | null } {
  const measures = new RequestMeasures();
  measures.add(interval);
  const threshold = parseThreshold('*', limit);
  assert.ok(typeof threshold !== 'string');
  const [gate] = requestGates(measures, [threshold]);
  assert.ok(gate);
  return { status: gate.status, measured: gate.measured === null ? null : Math.round(gate.measured) };
}

test('answers that are errors are no part of the percentiles; waiting in vain is', () => {
  const interval = intervalOf({ times: 10, ms: 100 }, { times: 90, ms: 1, error: 'status 500' });
  const [summary] = summariseRequests([interval]);
  assert.equal(summary?.count, 100);
  assert.equal(Math.round(summary?.p50Ms ?? 0), 100);
  const late = intervalOf({ times: 90, ms: 1 }, { times: 10, ms: 5000, error: 'timeout' });
  assert.ok((summariseRequests([late])[0]?.p95Ms ?? 0) > 4_900);
  assert.equal(late.failed, undefined);
});

test('a service that fails fast keeps no limit by that', () => {
  const interval = intervalOf({ times: 10, ms: 300 }, { times: 90, ms: 1, error: 'status 503' });
  assert.deepEqual(judge(interval, 'p(50)<200ms'), { status: 'fail', measured: 300 });
});

test('a service that fails fast is no fast one: throughput is what was answered as expected', () => {
  const interval = intervalOf({ times: 10, ms: 1 }, { times: 90, ms: 1, error: 'ECONNREFUSED' });
  assert.deepEqual(judge(interval, 'rate>50/s'), { status: 'fail', measured: 10 });
});

test('a service that fails slowly breaks the limit, though all that it serves comes in time', () => {
  const interval = intervalOf({ times: 90, ms: 10 }, { times: 10, ms: 900, error: 'status 500' });
  assert.deepEqual(judge(interval, 'p(95)<200ms'), { status: 'fail', measured: 900 });
  assert.equal(judge(interval, 'max<200ms').status, 'fail');
});

test('of a service that serves nothing a latency is known only where it breaks the limit', () => {
  const fast = intervalOf({ times: 100, ms: 1, error: 'status 500' });
  assert.deepEqual(judge(fast, 'p(95)<200ms'), { status: 'unknown', measured: null });
  const slow = intervalOf({ times: 100, ms: 900, error: 'status 500' });
  assert.deepEqual(judge(slow, 'p(95)<200ms'), { status: 'fail', measured: 900 });
});

test('what is kept apart stays apart in the journal, and over several load processes', () => {
  const failing = intervalOf({ times: 3, ms: 10 }, { times: 2, ms: 1, error: 'status 500' });
  const fine = intervalOf({ times: 5, ms: 10 });
  assert.deepEqual(readRequestInterval(JSON.parse(encodeRequestInterval(failing))), failing);
  assert.equal('failed' in readRequestInterval(JSON.parse(encodeRequestInterval(fine))), false);
  for (const [intervals, expected] of [
    [[failing, fine], 2],
    [[fine, failing], 2],
    [[failing, failing], 4],
  ] as const) {
    const [merged] = mergeIntervals(intervals);
    const failed = new Latencies();
    failed.add(merged?.failed ?? '');
    assert.equal(failed.count, expected);
  }
});

test('failed requests of other tools are kept apart too', () => {
  const book = new IntervalBook();
  for (let i = 0; i < 10; i++) book.add(1000 + i, 'a', 100, null);
  for (let i = 0; i < 90; i++) book.add(1000 + i, 'a', 1, '500');
  const [line] = book.lines();
  const [served, failed] = [line?.encoded ?? '', line?.failed ?? ''].map((encoded) => {
    const latencies = new Latencies();
    latencies.add(encoded);
    return latencies.count;
  });
  assert.deepEqual([served, failed], [10, 90]);
});
