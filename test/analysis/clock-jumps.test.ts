import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { timeline } from '../../src/study/document/timeline.ts';
import { leak } from '../helpers/populations.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const JUMPS = 20;
const HOUR_MS = 3_600_000;

/** The same run on a host whose wall clock jumps by turns two hours forward and three hours back. */
function withJumps(run: RunData): RunData {
  const [first, last] = [run.samples[0]?.monoMs ?? 0, run.samples.at(-1)?.monoMs ?? 0];
  const jumps = Array.from({ length: JUMPS }, (_, n) => ({
    monoMs: first + ((n + 1) * (last - first)) / (JUMPS + 1),
    jumpMs: (n % 2 === 0 ? 2 : -3) * HOUR_MS,
  }));
  const moved = <T extends { readonly wallMs: number; readonly monoMs: number }>(record: T): T => ({
    ...record,
    wallMs: jumps.reduce((wall, { monoMs, jumpMs }) => wall + (monoMs <= record.monoMs ? jumpMs : 0), record.wallMs),
  });
  const listed = jumps.map(({ monoMs, jumpMs }) => ({ type: 'clock-jump', wallMs: 0, monoMs, jumpMs }) as const);
  const events = [...run.events.map(moved), ...listed].sort((a, b) => a.monoMs - b.monoMs);
  return { ...run, samples: run.samples.map(moved), events };
}

test('20 jumps of the wall clock: every trend, time to the limit and finding as without, and each jump is listed', () => {
  const run = syntheticRun({ seed: 15, populations: [leak()] });
  const jumped = withJumps(run);
  assert.ok(
    jumped.samples.some(({ wallMs }, n) => wallMs < (jumped.samples[n - 1]?.wallMs ?? 0)),
    'time goes back',
  );
  const [before, after] = [analyse(run), analyse(jumped)];
  assert.ok(before.findings.length > 0);
  assert.deepEqual(after.findings, before.findings);
  assert.deepEqual(after.verdict, before.verdict);
  const start = run.samples[0]?.monoMs ?? 0;
  const told = timeline(jumped.events, start, []).filter(({ kind }) => kind === 'clock-jump');
  assert.equal(told.length, JUMPS);
});
