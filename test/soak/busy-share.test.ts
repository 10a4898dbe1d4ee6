import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricName } from '../../src/model/metric-catalogue.ts';
import { busyShareOf } from '../../src/soak/busy-share.ts';

function sample(values: Partial<Record<MetricName, number>>) {
  return { wallMs: 0, monoMs: 0, segment: 0, lateMs: 0, values };
}

test('an idle process whose loop reads as busy while the CPU profiler runs is not busy', () => {
  assert.equal(busyShareOf(sample({ 'process.cpu': 2, 'loop.utilization': 0.9 })), 0.02);
  // Threads beside the loop are no work of the loop.
  assert.equal(busyShareOf(sample({ 'process.cpu': 180, 'loop.utilization': 0.4 })), 0.4);
  assert.equal(busyShareOf(sample({ 'loop.utilization': 0.4 })), 0.4);
  assert.equal(busyShareOf(sample({})), null);
  assert.equal(busyShareOf(null), null);
});
