import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { Threshold } from '../../src/model/threshold.ts';
import { parseThreshold } from '../../src/scenario/parse-threshold.ts';
import { chartSeries } from '../../src/soak/document/chart-series.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const MINUTE_MS = 60_000;

/** The event loop is later and later; the core is taken away `perSecond` times, and `more` times more at the end. */
function plan(perSecond: number, more: number): RunPlan {
  const durationMs = 24 * MINUTE_MS;
  return {
    seed: 12,
    durationMs,
    snapshots: 0,
    values: ({ tMs, normal }) => ({
      'loop.delay.p99': 12 + tMs / 30_000 + Math.abs(normal()),
      // A counter whose rate rises in a line.
      'process.ctxt.involuntary': Math.round((tMs / 1000) * (perSecond + (more * tMs) / durationMs / 2)),
    }),
  };
}

function limit(text: string): Threshold {
  const read = parseThreshold('resources', text);
  assert.ok(typeof read !== 'string', String(read));
  return read;
}

describe('involuntary context switches, from the sample to chart, trend and gate', () => {
  const run = syntheticRun(plan(30, 400));

  test('are drawn as a rate', () => {
    const series = chartSeries(run.samples, run.samples[0]?.monoMs ?? 0).find(
      ({ name }) => name === 'process.ctxt.involuntary',
    );
    assert.equal(series?.title, 'Involuntary context switches, per second');
    const rates = series?.points.map(({ value }) => value) ?? [];
    assert.ok(
      Math.abs((rates.at(-1) ?? 0) - 430) < 10 && Math.abs((rates[0] ?? 0) - 30) < 10,
      `${rates[0]} ${rates.at(-1)}`,
    );
  });

  test('that rise are evidence beside an event loop that gets later', () => {
    const evidenceOf = (of: RunPlan): string => {
      const found = analyse(syntheticRun(of)).findings.find(({ kind }) => kind === 'event-loop-degradation');
      assert.ok(found);
      return found.evidence.map(({ what }) => what).join(' ');
    };
    assert.match(evidenceOf(plan(30, 400)), /took the core from the service more and more often/);
    assert.doesNotMatch(evidenceOf(plan(300, 0)), /took the core/);
  });

  test('are held against a limit', () => {
    const gates = (text: string): string | undefined =>
      analyse({ ...run, thresholds: [limit(text)] }).gates.find(({ name }) => name === 'switches')?.status;
    assert.equal(gates('switches<200/s'), 'fail');
    assert.equal(gates('switches<600/s'), 'pass');
  });
});
