import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { Report } from '../../src/model/report.ts';
import { expectNoLeak, expectSlo, type SoakResult } from '../../src/testing/index.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

test('a soak that is not whole meets no expectation, though nothing was found in what is left', () => {
  const run = syntheticRun({ seed: 12 });
  const whole = resultOf(analyse(run));
  expectNoLeak(whole);
  expectSlo(whole);
  const damaged = resultOf(analyse({ ...run, losses: ['samples.ndjson: 3 of 60 lines are missing or damaged'] }));
  const silent = resultOf(analyse({ ...run, requests: [] }));
  for (const expectation of [expectNoLeak, expectSlo]) {
    assert.throws(() => expectation(damaged), /saw too little to tell: samples\.ndjson: 3 of 60 lines/);
    assert.throws(() => expectation(silent), /no requests were seen/);
  }
});

function resultOf(report: Report): SoakResult {
  const held = { name: 'rss max', limit: '<1GB', measured: 1e8, unit: 'bytes', status: 'pass' } as const;
  return { report, text: '', folder: null, judge: () => [held] };
}
