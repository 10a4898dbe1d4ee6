import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithBaseline } from '../../src/analysis/baseline/compare-with-baseline.ts';
import { conditionFaults } from '../../src/analysis/baseline/condition-faults.ts';
import { measureRun } from '../../src/analysis/baseline/measure-run.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { formatBaseline, parseBaseline } from '../../src/format/baseline-file.ts';
import type { MeasuredRun, RunConditions } from '../../src/model/baseline.ts';
import { renderComparisonMarkdown, renderComparisonTerminal } from '../../src/report/render-comparison.ts';
import { distribution } from '../helpers/distribution.ts';
import { rateOver, seededNormal, seededRandom } from '../helpers/series.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const CONDITIONS: RunConditions = {
  target: 'orders-api',
  node: 'v22.23.3',
  scenario: { name: 'orders', digest: '12ab' },
  host: { platform: 'linux', cpus: 4, memoryBytes: 16e9 },
  durationMs: 60_000,
};

interface Build {
  readonly latency?: number;
  readonly cpu?: number;
  readonly errors?: number;
}

/** A run of a build: what runs differ by themselves (a slow hour, another layout of memory) is in the seed. */
function runOf(seed: number, { latency = 1, cpu = 1, errors = 0 }: Build = {}): MeasuredRun {
  const between = seededNormal(10_000 + seed);
  const [slow, busy, big] = [Math.exp(0.08 * between()), Math.exp(0.06 * between()), Math.exp(0.04 * between())];
  const run = syntheticRun({
    seed,
    snapshots: 0,
    latencyMs: () => 8 * slow * latency,
    errorShare: () => errors,
    values: ({ isLoaded, normal }) => ({
      'process.cpu': isLoaded ? 30 * busy * cpu * (1 + 0.1 * normal()) : 1,
      'process.rss': 90e6 * big,
    }),
  });
  return {
    id: `run-${seed}`,
    startedAt: '2026-01-01T00:00:00.000Z',
    conditions: CONDITIONS,
    measures: measureRun(run),
  };
}

const healthy = Array.from({ length: 30 }, (_, i) => runOf(i + 1));

/** Some runs of the healthy thirty, without the same twice. */
function pick(seed: number, count: number): MeasuredRun[] {
  const random = seededRandom(seed);
  return healthy
    .map((run) => ({ run, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ run }) => run);
}

test('a run is measured by figures that have a name, a unit and a scatter', () => {
  const keys = healthy[0]?.measures.map(({ key }) => key);
  for (const key of [
    'latency.p50 lock-proof',
    'latency.p95 health',
    'load.rate',
    'load.errors',
    'cpu.per-request',
    'memory.rss',
    'heap.live',
  ]) {
    assert.ok(keys?.includes(key), `${key} of ${keys?.join(', ')}`);
  }
  const rate = healthy[0]?.measures.find(({ key }) => key === 'load.rate');
  assert.ok(rate && rate.value > 150 && rate.value < 250 && rate.error > 0, JSON.stringify(rate));
});

test('healthy repeats are hardly ever a regression, with one run or five in the baseline', () => {
  for (const size of [1, 3, 5]) {
    const alarms = rateOver(200, (seed) => {
      const [now, ...baseline] = pick(seed, size + 1);
      return now !== undefined && compareWithBaseline(baseline, [now]).exitCode !== 0;
    });
    assert.ok(alarms <= 0.02, `${size} runs: ${alarms}`);
  }
});

test('what got worse is named: latency, CPU, errors', () => {
  const builds: readonly (readonly [Build, RegExp])[] = [
    [{ latency: 1.9 }, /latency/],
    [{ cpu: 1.6 }, /cpu\.per-request/],
    [{ errors: 0.03 }, /load\.errors/],
  ];
  for (const [build, key] of builds) {
    const found = rateOver(10, (seed) => {
      const { exitCode, findings } = compareWithBaseline(pick(seed, 5), [runOf(500 + seed, build)]);
      return exitCode === 1 && findings[0]?.kind === 'regression' && key.test(findings[0].subject.class);
    });
    assert.ok(found >= 0.9, `${JSON.stringify(build)}: ${found}`);
  }
});

test('the share of failed requests is told in percent, of one build in twenty as of one in two', () => {
  for (const [errors, told] of [
    [0.05, /^Share of failed requests rose from 0 % to (4\.\d+|5(\.\d+)?) %\.$/],
    [0.5, /^Share of failed requests rose from 0 % to (49(\.\d)?|50(\.\d)?) %\.$/],
  ] as const) {
    const comparison = compareWithBaseline(pick(6, 5), [runOf(700, { errors })]);
    const finding = comparison.findings.find(({ subject }) => subject.class === 'load.errors');
    assert.match(finding?.title ?? '', told);
    assert.match(
      renderComparisonTerminal(comparison, { colour: false, width: 120 }),
      /share of failed requests +0 %.* (4\.\d+|5(\.\d+)?|49(\.\d)?|50(\.\d)?) % /,
    );
  }
});

test('requests that are never answered are failed requests, and refused ones are no throughput', () => {
  const unanswered = (run: RunData): RunData => ({
    ...run,
    requests: run.requests.map((one, i) =>
      i % 20 === 0 ? { ...one, aborted: one.count, intended: distribution(one.count, 60_000) } : one,
    ),
  });
  const measures = measureRun(syntheticRun({ seed: 77, snapshots: 0, change: unanswered }));
  const failed = measures.find(({ key }) => key === 'load.errors');
  assert.ok(failed && failed.value > 2, JSON.stringify(failed));
  const refused = measureRun(syntheticRun({ seed: 77, snapshots: 0, errorShare: () => 0.5 }));
  const rate = refused.find(({ key }) => key === 'load.rate');
  assert.ok(rate && rate.value > 80 && rate.value < 120, JSON.stringify(rate));
});

test('what got better is no regression', () => {
  const { exitCode, measures } = compareWithBaseline(pick(1, 5), [runOf(900, { latency: 0.4 })]);
  assert.equal(exitCode, 0);
  assert.ok(measures.some(({ key, verdict }) => key === 'latency.p50 lock-proof' && verdict === 'better'));
});

test('runs of unlike conditions are told apart', () => {
  const faults = (change: Partial<RunConditions>): string[] =>
    conditionFaults(CONDITIONS, { ...CONDITIONS, ...change });
  assert.deepEqual(faults({ node: 'v22.1.0', durationMs: 80_000 }), []);
  assert.match(faults({ node: 'v24.1.0' })[0] ?? '', /Node major differs: v22\.23\.3 in the baseline, v24\.1\.0 now/);
  assert.match(faults({ scenario: null })[0] ?? '', /scenario differs/);
  assert.match(faults({ scenario: { name: 'orders', digest: 'ffff' } })[0] ?? '', /orders were changed/);
  assert.match(faults({ host: { ...CONDITIONS.host, cpus: 8 } })[0] ?? '', /host differs/);
  assert.match(faults({ durationMs: 600_000 })[0] ?? '', /length differs: 1 m 00 s in the baseline, 10 m 00 s now/);
  assert.match(faults({ target: 'other' })[0] ?? '', /service differs/);
});

test('one run in the baseline: said, and no more than likely', () => {
  const { findings, notes } = compareWithBaseline(pick(2, 1), [runOf(901, { latency: 8 })]);
  assert.equal(findings[0]?.confidence, 'likely');
  assert.match(notes.join(), /one run: the normal difference between runs is assumed/);
});

test('a figure that is gone is told; nothing in common is not enough data', () => {
  const [now, ...baseline] = pick(3, 4);
  assert.ok(now);
  const without = { ...now, measures: now.measures.filter(({ key }) => !key.startsWith('latency')) };
  assert.match(compareWithBaseline(baseline, [without]).notes.join(), /not measured now.*latency\.p50 lock-proof/);
  assert.equal(compareWithBaseline(baseline, [{ ...now, measures: [] }]).exitCode, 5);
});

test('a baseline is written and read back; a damaged one is refused with its place', () => {
  const baseline = { schema: 'profiler-baseline/1', runs: pick(4, 2) } as const;
  const text = formatBaseline(baseline);
  assert.deepEqual(parseBaseline(new TextEncoder().encode(text), 'b.json'), baseline);
  assert.throws(
    () => parseBaseline(new TextEncoder().encode(text.replace('"latency.p50', '7, "latency.p50')), 'b.json'),
    /b\.json: .* at byte/,
  );
});

test('a comparison reads well in the terminal and in a pull request', () => {
  const comparison = compareWithBaseline(pick(5, 5), [runOf(902, { latency: 2 })], {
    notes: ['the host differs: a | b'],
  });
  const terminal = renderComparisonTerminal(comparison, { colour: false, width: 100 });
  assert.match(terminal, /regressions? against a baseline of 5 runs/);
  assert.match(terminal, /median latency of lock-proof .*REGRESSION/);
  const markdown = renderComparisonMarkdown(comparison);
  assert.match(markdown, /^<!-- [^\n]* -->\n### Regression: run-902/);
  assert.match(markdown, /\| \*\*REGRESSION\*\* \|/);
  assert.match(markdown, /a \\\| b/);
});

test('a run that fails by itself passes no comparison, and one that lacks something passes none either', () => {
  const [baseline, now] = [pick(3, 5), [runOf(903)]];
  assert.equal(compareWithBaseline(baseline, now).exitCode, 0);
  const failed = compareWithBaseline(baseline, now, { failed: ['run-903 fails its leak gate'] });
  assert.deepEqual([failed.exitCode, failed.verdict, failed.notes[0]], [1, 'fail', 'run-903 fails its leak gate']);
  const options = { colour: false, width: 100 };
  assert.match(renderComparisonTerminal(failed, options), /^No regression .*, but the run fails its own gates\./);
  const torn = compareWithBaseline(baseline, now, { missing: ['run-903: its end is not recorded'] });
  assert.equal(torn.exitCode, 5);
  assert.match(renderComparisonTerminal(torn, options), /^No regression found .*, but not enough data to pass\./);
});
