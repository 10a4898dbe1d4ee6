import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaleCpuInterval, scaleHeapInterval } from '../../src/capture/choose-intervals.ts';
import { calibrateSnapshot, estimateSnapshot, type SnapshotFacts } from '../../src/capture/estimate-snapshot.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const FACTS: SnapshotFacts = {
  heapUsedBytes: 48e6,
  nodeMajor: 20,
  calibration: null,
  cgroupLimitBytes: null,
  memAvailableBytes: null,
  rssBytes: 100e6,
  maxPauseMs: 10_000,
};

test('until the first snapshot: 48 B and 540 B a node, 4.5 or 2.5 s a million nodes', () => {
  const old = estimateSnapshot(FACTS);
  assert.deepEqual(
    [old.nodes, Math.round(old.pauseMs), old.extraBytes, old.verdict],
    [1_000_000, 4500, 540_000_000, 'go'],
  );
  assert.equal(Math.round(estimateSnapshot({ ...FACTS, nodeMajor: 22 }).pauseMs), 2500);
});

test('refused for a long pause, under a limit, and without memory on the host; each says why', () => {
  const refusals: readonly [Partial<SnapshotFacts>, RegExp][] = [
    [{ maxPauseMs: 4000 }, /stand still for about 4.5 s/],
    [{ cgroupLimitBytes: 790e6 }, /memory limit of 790 MB/],
    [{ memAvailableBytes: 600e6 }, /host has 600 MB left/],
  ];
  for (const [change, words] of refusals) {
    const { verdict } = estimateSnapshot({ ...FACTS, ...change });
    assert.match(verdict === 'go' ? 'go' : verdict.refused, words);
  }
  // 100 MB + 540 MB is exactly four fifths of 800 MB.
  assert.equal(estimateSnapshot({ ...FACTS, cgroupLimitBytes: 800e6 }).verdict, 'go');
  assert.equal(estimateSnapshot({ ...FACTS, memAvailableBytes: 700e6 }).verdict, 'go');
});

test('a snapshot that was taken replaces the rules of thumb; one that tells nothing does not', () => {
  const calibration = calibrateSnapshot({ nodes: 500_000, heapUsedBytes: 100e6, pauseMs: 1000 });
  const estimate = estimateSnapshot({ ...FACTS, heapUsedBytes: 200e6, calibration });
  assert.deepEqual([estimate.nodes, estimate.pauseMs], [1_000_000, 2000]);
  assert.equal(calibrateSnapshot({ nodes: 10, heapUsedBytes: 100e6, pauseMs: 1000 }), null);
  assert.equal(calibrateSnapshot({ nodes: 5000, heapUsedBytes: 100e6, pauseMs: 0 }), null);
});

test('intervals scale with the run and stay inside their bounds', () => {
  assert.equal(scaleCpuInterval(8 * HOUR_MS, 5 * MINUTE_MS), 20_000);
  assert.equal(scaleCpuInterval(MINUTE_MS, 10_000), 5_000);
  assert.equal(scaleCpuInterval(10 * MINUTE_MS, 30_000), 10_000);
  assert.equal(scaleHeapInterval(MINUTE_MS), 32 * 1024);
  assert.equal(scaleHeapInterval(5 * MINUTE_MS), 64 * 1024);
  assert.ok(scaleHeapInterval(8 * HOUR_MS) >= 512 * 1024 && scaleHeapInterval(100 * HOUR_MS) <= 2 * MIB);
});
