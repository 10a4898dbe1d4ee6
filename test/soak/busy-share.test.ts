import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricName } from '../../src/model/metric-catalogue.ts';
import type { Sample } from '../../src/model/sample.ts';
import { recentBusyShare } from '../../src/soak/busy-share.ts';

type Values = Partial<Record<MetricName, number>>;

function sample(values: Values, monoMs = 0): Sample {
  return { wallMs: 0, monoMs, segment: 0, lateMs: 0, values };
}

/** One a second. */
function samples(...utilizations: readonly number[]): Sample[] {
  return utilizations.map((utilization, i) => sample({ 'loop.utilization': utilization }, 1000 * i));
}

test('an idle process whose loop reads as busy while the CPU profiler runs is not busy', () => {
  const shareOf = (values: Values) => recentBusyShare([sample(values)], []);
  assert.equal(shareOf({ 'process.cpu': 2, 'loop.utilization': 0.9 }), 0.02);
  // Threads beside the loop are no work of the loop.
  assert.equal(shareOf({ 'process.cpu': 180, 'loop.utilization': 0.4 }), 0.4);
  assert.equal(shareOf({ 'loop.utilization': 0.4 }), 0.4);
  assert.equal(shareOf({}), null);
  assert.equal(recentBusyShare([], []), null);
});

test('the pause of a capture of our own is not how busy the service is', () => {
  const snapshot = { startMonoMs: 4200, endMonoMs: 4900 };
  assert.equal(recentBusyShare(samples(0.1, 0.2, 0.2, 0.2, 0.2, 0.95), [snapshot]), 0.2);
  assert.equal(recentBusyShare(samples(0.1, 0.2, 0.2, 0.2, 0.2, 0.95), []), 0.2, 'nor is one sample of five');
  // A sample that was asked for before it and read behind it.
  const late = sample({ 'loop.utilization': 0.99, 'tool.sample-cost': 1500 }, 4000);
  assert.equal(recentBusyShare([...samples(0.1, 0.2, 0.2, 0.2), late], [snapshot]), 0.2);
  // Where each holds one, the least says most.
  assert.equal(recentBusyShare(samples(0.1, 0.9, 0.7), [{ startMonoMs: 0, endMonoMs: 5000 }]), 0.1);
});

test('a service that is busy is busy, captures or none', () => {
  const busy = samples(0.8, 0.9, 0.7, 0.8, 0.85, 0.95);
  assert.equal(recentBusyShare(busy, []), 0.85);
  assert.ok((recentBusyShare(busy, [{ startMonoMs: 4200, endMonoMs: 4900 }]) ?? 0) >= 0.7);
});
