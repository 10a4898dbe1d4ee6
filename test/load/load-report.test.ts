import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildLoadReport } from '../../src/load/build-load-report.ts';
import type { LoadTotals } from '../../src/load/load-messages.ts';

const TOTALS: LoadTotals = {
  startMonoMs: 0,
  atMonoMs: 70_000,
  activeMs: 60_000,
  offered: 1000,
  completed: 1000,
  errors: 0,
  dropped: 0,
  aborted: 0,
  inFlight: 0,
  users: 10,
  repeatedSetups: 0,
  late: { count: 5, maxMs: 12 },
  suspendedMs: 0,
  generator: {
    eventLoopUtilization: 0.1,
    recentEventLoopUtilization: 0.1,
    cpuMs: 100,
    loopDelay: { p99Ms: 1, maxMs: 3 },
    rssBytes: 1e8,
    errors: 0,
  },
};

const FACTS = { workers: 1, abortedBy: null, requests: [], errors: [], gates: [] };

test('a quiet generator is no limit', () => {
  const report = buildLoadReport(TOTALS, FACTS);
  assert.equal(report.schema, 'profiler-load/1');
  assert.equal(report.durationMs, 60_000);
  assert.equal(report.generatorLimited, false);
});

test('late sends, a busy loop and lack of sockets are limits, each said', () => {
  const generator = { ...TOTALS.generator, eventLoopUtilization: 0.95, errors: 3 };
  const report = buildLoadReport({ ...TOTALS, late: { count: 11, maxMs: 50 }, generator, suspendedMs: 7000 }, FACTS);
  assert.equal(report.generatorLimited, true);
  assert.equal(report.limits.length, 4);
});
