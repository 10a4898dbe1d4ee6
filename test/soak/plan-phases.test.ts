import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planPhases } from '../../src/soak/plan-phases.ts';

const HOUR_MS = 3_600_000;

test('a minute is filled by the same phases as a night', () => {
  const minute = planPhases(60_000, 4, true);
  assert.equal(minute.warmUpMs, 7500);
  assert.equal(minute.idleTailMs, 10_000);
  assert.equal(minute.steadyMs, 42_500);
  const night = planPhases(8 * HOUR_MS, 4, true);
  assert.equal(night.warmUpMs, HOUR_MS / 3);
  assert.equal(night.idleTailMs, HOUR_MS / 2);
});

test('snapshots of the steady phase stand at equal distances, the last at its end', () => {
  const shares = planPhases(8 * HOUR_MS, 5, true).checkpoints.filter((point) => point.snapshot);
  assert.deepEqual(
    shares.map((point) => point.atShare),
    [1 / 3, 2 / 3, 1],
  );
});

test('where the load is not ours there is no idle tail, and the last interval is loaded too', () => {
  const plan = planPhases(60_000, 4, false);
  assert.equal(plan.idleTailMs, 0);
  assert.deepEqual(
    plan.checkpoints.filter((point) => point.snapshot).map((point) => point.atShare),
    [1 / 3, 2 / 3],
  );
});

test('a short run collects between snapshots too, a long one does not', () => {
  assert.equal(planPhases(60_000, 4, true).checkpoints.length, 8);
  assert.ok(planPhases(8 * HOUR_MS, 4, true).checkpoints.every((point) => point.snapshot));
});

test('two snapshots or none leave the steady phase alone', () => {
  for (const snapshots of [0, 1, 2]) {
    assert.ok(planPhases(8 * HOUR_MS, snapshots, true).checkpoints.every((point) => !point.snapshot));
  }
});
