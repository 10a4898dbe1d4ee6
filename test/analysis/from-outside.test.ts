import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const DURATION_MS = 30 * 60_000;
const GROWTH_BYTES = 300e6;

/** A process of another language under load, as it is seen from outside. */
function fromOutside(growthBytes: number): RunData {
  const run = syntheticRun({ seed: 5, durationMs: DURATION_MS, snapshots: 0 });
  const { startMonoMs } = run.manifest.clock;
  const samples = run.samples.map((sample, i) => {
    const seen = Object.entries(sample.values).filter(([name]) => /^(process|load)\./.test(name));
    const grown = (growthBytes * (sample.monoMs - startMonoMs)) / DURATION_MS;
    return { ...sample, values: { ...Object.fromEntries(seen), 'process.rss': 80e6 + grown + 1e5 * (i % 7) } };
  });
  const plan = { ...run.manifest.plan, views: ['process' as const], snapshots: 4 };
  const events = run.events.filter(({ type }) => type !== 'live-heap' && type !== 'capture');
  return { ...run, samples, events, manifest: { ...run.manifest, plan, cpuWindows: [] } };
}

test('resident memory that grows on and on is a leak, and nothing is said of collections, snapshots or V8', () => {
  const report = analyse(fromOutside(GROWTH_BYTES));
  assert.deepEqual([report.exitCode, report.verdict], [1, 'fail']);
  const [finding] = report.findings;
  assert.equal(finding?.kind, 'native-memory-leak');
  assert.match(finding?.title ?? '', /^Resident memory of the process grows by 600 MB\/h\.$/);
  const said = [
    finding?.title,
    finding?.evidence,
    finding?.against,
    report.checked.map(({ detail }) => detail),
    report.completeness?.notes,
  ];
  assert.doesNotMatch(JSON.stringify(said), /collection|snapshot|V8|worker/i);
});

test('one whose memory is level passes', () => {
  const report = analyse(fromOutside(0));
  assert.deepEqual([report.exitCode, report.verdict], [0, 'pass'], JSON.stringify(report.checked));
});
