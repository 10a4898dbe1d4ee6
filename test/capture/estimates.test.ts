import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitHeapInterval, scaleCpuInterval, scaleHeapInterval } from '../../src/capture/choose-intervals.ts';
import {
  calibrateSnapshot,
  estimateSnapshot,
  type SnapshotCalibration,
  type SnapshotFacts,
} from '../../src/capture/estimate-snapshot.ts';
import type { MemoryRoom } from '../../src/capture/memory-room.ts';
import { judgeRow } from '../bench/snapshot-cost/judge-row.ts';
import { keyOf, majorOf, readRows } from '../bench/snapshot-cost/row.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MAKEUP = { usedBytes: 60e6, largeBytes: 30e6, externalBytes: 1e6 };
const GROUP: MemoryRoom = { of: 'control group', limitBytes: 10e9, freeBytes: 10e9 };
const FACTS: SnapshotFacts = {
  makeup: MAKEUP,
  nodeMajor: 24,
  look: null,
  calibration: null,
  rssBytes: 120e6,
  rooms: [],
  slowdown: 1,
  budget: { maxPauseMs: 1e9, because: 'asked' },
};

function refusal(change: Partial<SnapshotFacts>): string {
  const { verdict } = estimateSnapshot({ ...FACTS, ...change });
  return verdict === 'go' ? 'go' : verdict.refused;
}

test('refused for a long pause, on a busy host, in a pod, in a full group and on a full host; each says why, with figures', () => {
  const { pauseMs, extraBytes } = estimateSnapshot(FACTS);
  const short = { maxPauseMs: 0.9 * pauseMs, because: 'default' as const };
  assert.match(refusal({ budget: short }), /^the service would be paused for about [\d.]+ s, longer than the allowed/);
  const enough = { maxPauseMs: 1.1 * pauseMs, because: 'liveness probe' as const };
  assert.equal(refusal({ budget: enough }), 'go');
  assert.match(
    refusal({ budget: enough, slowdown: 2 }),
    /of computing, 2.0 times as long on this busy host\), longer than .* in a pod, where a liveness probe/,
  );
  assert.match(
    refusal({ rooms: [GROUP, { ...GROUP, limitBytes: 2e9, freeBytes: extraBytes + 0.19e9 }] }),
    /^it would take up to .* more memory, and the control group with its limit of 2 GB has .* free, of which 200 MB are held back$/,
  );
  assert.equal(refusal({ rooms: [GROUP, { ...GROUP, limitBytes: 2e9, freeBytes: extraBytes + 0.21e9 }] }), 'go');
  const shared = { ...GROUP, limitBytes: 2e9, toolBytes: 64e6 };
  assert.match(
    refusal({ rooms: [{ ...shared, freeBytes: extraBytes + 0.26e9 }] }),
    /of which 200 MB are held back, and 64 MB for this tool, which runs in the same group$/,
  );
  assert.equal(refusal({ rooms: [{ ...shared, freeBytes: extraBytes + 0.27e9 }] }), 'go');
  const host: MemoryRoom = { of: 'host', limitBytes: null, freeBytes: 1.2 * extraBytes };
  assert.match(refusal({ rooms: [GROUP, host] }), /and the host has .* free, of which/);
});

test('the values of numbers and a file in memory cost more', () => {
  const plain = estimateSnapshot(FACTS);
  const numbers = estimateSnapshot({ ...FACTS, numbers: true });
  assert.ok(numbers.pauseMs > plain.pauseMs && numbers.extraBytes > plain.extraBytes);
  assert.ok(estimateSnapshot({ ...FACTS, inMemory: true }).extraBytes > plain.extraBytes + 30e6);
});

const MEMORY = { peakBytes: 900e6, keptBytes: 700e6, startRssBytes: 120e6 };
const CALIBRATION: SnapshotCalibration = { nodes: 900_000, makeup: MAKEUP, cpuMs: 2000, memory: MEMORY };

test('a snapshot that was taken teaches: what it took, less what the allocator kept; one that tells nothing does not', () => {
  const calibration = calibrateSnapshot(CALIBRATION);
  const facts = { ...FACTS, calibration };
  const again = estimateSnapshot({ ...facts, rssBytes: 820e6 });
  assert.deepEqual([again.nodes, again.pauseMs, Math.round(again.extraBytes / 1e6)], [900_000, 2000, 335]);
  const givenBack = estimateSnapshot({ ...facts, rssBytes: 120e6 });
  assert.equal(Math.round(givenBack.extraBytes / 1e6), 1035, 'the allocator gave it back');
  const external = { ...MAKEUP, externalBytes: 301e6 };
  const taken = estimateSnapshot({ ...facts, rssBytes: 820e6, makeup: external });
  assert.equal(Math.round(taken.extraBytes / 1e6), 635, 'buffers may have taken 300 MB of it');
  assert.equal(calibrateSnapshot({ ...CALIBRATION, nodes: 10 }), null);
  assert.equal(calibrateSnapshot({ ...CALIBRATION, cpuMs: 0 }), null);
});

test('what the heap has gained since is taken at its dearest: a leak is seldom made like the rest', () => {
  const calibration = { ...CALIBRATION, makeup: { usedBytes: 10e6, largeBytes: 0.5e6, externalBytes: 1e6 } };
  const grown = { usedBytes: 40e6, largeBytes: 30e6, externalBytes: 1e6 };
  const { extraBytes } = estimateSnapshot({ ...FACTS, calibration, makeup: grown, rssBytes: 120e6 });
  // 30 MB of one Map of numbers to shared texts: about a name of 1 KiB each 28 bytes.
  assert.ok(extraBytes > 900e6 + (30e6 / 28) * 1060);
});

test('recorded snapshots of all shapes: memory is never estimated more than a tenth too low, nor the pause too far off', () => {
  const judged = readRows().map(judgeRow);
  assert.ok(judged.length >= 20, `${judged.length} rows`);
  const low = judged.filter(
    ({ spaces, look, calibrated }) => Math.min(spaces.memory, look.memory, calibrated.memory) < 0.9,
  );
  assert.deepEqual(
    low.map(({ row }) => keyOf(row)),
    [],
  );
  for (const known of ['look', 'calibrated'] as const) {
    // The table of names of Node 18 collides by what the strings are: nobody can say beforehand.
    const judgeable = judged.filter(({ row }) => known === 'calibrated' || majorOf(row.node) > 18);
    const near = judgeable.filter((one) => one[known].pause >= 0.6 && one[known].pause <= 1.4);
    assert.ok(
      near.length >= 0.9 * judgeable.length,
      `${known}: ${near.length} of ${judgeable.length} pauses within 40 %`,
    );
  }
});

test('a service that allocates little is sampled more densely, one that allocates much or rests as usual', () => {
  const usual = scaleHeapInterval(MINUTE_MS);
  const burst = (bytesPerSecond: number) => ({
    bytes: 3 * bytesPerSecond,
    samples: (3 * bytesPerSecond) / (64 * 1024),
    durationMs: 3_000,
  });
  assert.equal(fitHeapInterval(usual, burst(1e6)), 2 * 1024);
  assert.equal(fitHeapInterval(usual, burst(4e6)), 8 * 1024);
  assert.equal(fitHeapInterval(usual, burst(100e6)), usual);
  assert.equal(fitHeapInterval(usual, burst(10_000)), usual);
  const ofNight = scaleHeapInterval(8 * HOUR_MS);
  assert.equal(fitHeapInterval(ofNight, burst(1e6)), ofNight / 16);
});

test('intervals scale with the run and stay inside their bounds', () => {
  assert.equal(scaleCpuInterval(8 * HOUR_MS, 5 * MINUTE_MS), 20_000);
  assert.equal(scaleCpuInterval(MINUTE_MS, 10_000), 5_000);
  assert.equal(scaleCpuInterval(10 * MINUTE_MS, 30_000), 10_000);
  assert.equal(scaleHeapInterval(MINUTE_MS), 32 * 1024);
  assert.equal(scaleHeapInterval(5 * MINUTE_MS), 64 * 1024);
  assert.ok(scaleHeapInterval(8 * HOUR_MS) >= 512 * 1024 && scaleHeapInterval(100 * HOUR_MS) <= 2 * MIB);
});
