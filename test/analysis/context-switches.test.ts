import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { Report } from '../../src/model/report.ts';
import type { Threshold } from '../../src/model/threshold.ts';
import { parseThreshold } from '../../src/scenario/parse-threshold.ts';
import { chartSeries } from '../../src/study/document/chart-series.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const DURATION_MS = 4 * 60_000;

/** The event loop is later and later; the core is taken away `perSecond` times, and `more` times more at the end. */
function plan(perSecond: number, more: number): RunPlan {
  return {
    seed: 12,
    durationMs: DURATION_MS,
    snapshots: 0,
    values: ({ tMs, normal }) => ({
      'loop.delay.p99': 12 + tMs / 5_000 + Math.abs(normal()),
      // A counter whose rate rises in a line.
      'process.ctxt.involuntary': Math.round((tMs / 1000) * (perSecond + (more * tMs) / DURATION_MS / 2)),
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
  const report = analyse({ ...run, thresholds: [limit('switches<200/s'), limit('switches<600/s')] });

  test('are drawn as a rate', () => {
    const series = chartSeries(run.samples, run.samples[0]?.monoMs ?? 0).find(
      ({ name }) => name === 'process.ctxt.involuntary',
    );
    assert.equal(series?.title, 'Involuntary context switches, per second');
    const rates = series?.points.map(({ value }) => value) ?? [];
    const [first = 0, last = 0] = [rates[0], rates.at(-1)];
    assert.ok(Math.abs(last - 430) < 10 && Math.abs(first - 30) < 10, `${first} ${last}`);
  });

  test('that rise are evidence beside an event loop that gets later, and others are not', () => {
    assert.match(evidenceOf(report), /took the core away from the service more and more often/);
    assert.doesNotMatch(evidenceOf(analyse(syntheticRun(plan(300, 0)))), /took the core/);
  });

  test('are compared with a limit', () => {
    const gates = report.gates.filter(({ name }) => name === 'switches');
    assert.deepEqual(
      gates.map(({ status }) => status),
      ['fail', 'pass'],
    );
  });
});

function evidenceOf({ findings }: Report): string {
  const found = findings.find(({ kind }) => kind === 'event-loop-degradation');
  assert.ok(found);
  return found.evidence.map(({ what }) => what).join(' ');
}
