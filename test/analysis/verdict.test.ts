import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import { findingId, fnv1a64 } from '../../src/analysis/finding-id.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { Report } from '../../src/model/report.ts';
import type { Threshold } from '../../src/model/threshold.ts';
import { distribution } from '../helpers/distribution.ts';
import { leak } from '../helpers/populations.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const limit = (
  subject: string,
  metric: string,
  text: string,
  value: number,
  unit: Threshold['unit'],
  percentile: number | null = null,
): Threshold => ({
  subject,
  metric,
  percentile,
  operator: '<',
  value,
  unit,
  text,
});

const LATENCY_HELD = limit('lock-proof', 'p(95)', 'p(95)<100ms', 100, 'ms', 95);
const LATENCY_BROKEN = limit('lock-proof', 'p(95)', 'p(95)<2ms', 2, 'ms', 95);
const UNKNOWN_NAME = limit('checkout', 'p(95)', 'p(95)<2ms', 2, 'ms', 95);
const UNMEASURED = limit('resources', 'db.connections', 'db.connections<50', 50, 'count');

function ended(run: RunData, reason: 'stopped-by-user' | 'target-lost'): RunData {
  return { ...run, events: run.events.map((event) => (event.type === 'end' ? { ...event, reason } : event)) };
}

function torso(run: RunData): RunData {
  const untilMs = run.manifest.clock.startMonoMs + 4000;
  return {
    ...run,
    samples: run.samples.filter(({ monoMs }) => monoMs < untilMs),
    events: run.events.filter(({ monoMs }) => monoMs < untilMs),
    requests: [],
    heapGrowth: null,
    manifest: { ...run.manifest, snapshots: [] },
  };
}

const failOn = (run: RunData, groups: RunData['manifest']['plan']['failOn']): RunData => ({
  ...run,
  manifest: { ...run.manifest, plan: { ...run.manifest.plan, failOn: groups } },
});

describe('exit code and verdict', () => {
  const LEAKS: Partial<RunPlan> = { populations: [leak()] };
  const cases: readonly (readonly [string, Partial<RunPlan>, (run: RunData) => RunData, number, Report['verdict']])[] =
    [
      ['healthy', {}, (run) => run, 0, 'pass'],
      ['a leak', LEAKS, (run) => run, 1, 'fail'],
      ['a leak that is not asked for', LEAKS, (run) => failOn(run, ['slo']), 0, 'pass'],
      ['a limit that held', {}, (run) => ({ ...run, thresholds: [LATENCY_HELD] }), 0, 'pass'],
      ['a limit that broke', {}, (run) => ({ ...run, thresholds: [LATENCY_BROKEN] }), 1, 'fail'],
      [
        'a broken limit that is not asked for',
        {},
        (run) => failOn({ ...run, thresholds: [LATENCY_BROKEN] }, ['leak']),
        0,
        'pass',
      ],
      [
        'a limit on a request that never came',
        {},
        (run) => ({ ...run, thresholds: [UNKNOWN_NAME] }),
        5,
        'inconclusive',
      ],
      [
        'a limit that nothing measures, beside one that held',
        {},
        (run) => ({ ...run, thresholds: [UNMEASURED, LATENCY_HELD] }),
        0,
        'pass',
      ],
      ['limits that nothing measures', {}, (run) => ({ ...run, thresholds: [UNMEASURED] }), 5, 'inconclusive'],
      [
        'limits that nothing measures and nobody asks for',
        {},
        (run) => failOn({ ...run, thresholds: [UNMEASURED] }, ['leak']),
        0,
        'pass',
      ],
      ['stopped by the user', {}, (run) => ended(run, 'stopped-by-user'), 130, 'inconclusive'],
      ['stopped by the user with a leak', LEAKS, (run) => ended(run, 'stopped-by-user'), 130, 'fail'],
      ['target lost', {}, (run) => ended(run, 'target-lost'), 4, 'inconclusive'],
      ['target lost with a leak', LEAKS, (run) => ended(run, 'target-lost'), 1, 'fail'],
      ['four seconds', {}, torso, 5, 'inconclusive'],
      ['nothing recorded at all', {}, (run) => ({ ...torso(run), samples: [], events: [] }), 5, 'inconclusive'],
    ];
  for (const [name, plan, change, exitCode, verdict] of cases) {
    test(name, () => {
      const report = analyse(change(syntheticRun({ seed: 12, ...plan })));
      assert.deepEqual([report.exitCode, report.verdict], [exitCode, verdict]);
    });
  }

  test('latency that got worse fails only where degradation is asked for', () => {
    const run = syntheticRun({ seed: 12, latencyMs: ({ tMs }) => 5 + tMs / 5000 });
    assert.equal(analyse(run).exitCode, 0);
    assert.equal(analyse(failOn(run, ['leak', 'degradation'])).exitCode, 1);
  });
});

test('gates carry what was measured', () => {
  const run = syntheticRun({ seed: 12 });
  const rss = limit('resources', 'rss', 'rss<512MiB', 536_870_912, 'bytes');
  const cpu = limit('resources', 'cpu', 'cpu<20%', 20, 'percent');
  const { gates, findings } = analyse({ ...run, thresholds: [rss, cpu, LATENCY_HELD, UNMEASURED] });
  const gate = (name: string) => gates.find((each) => each.name === name);
  assert.equal(gate('leak')?.status, 'pass');
  assert.equal(gate('rss max')?.limit, '<512MiB');
  assert.ok((gate('rss max')?.measured ?? 0) > 1e8);
  assert.equal(gate('cpu mean')?.status, 'fail');
  assert.ok(Math.abs((gate('cpu mean')?.measured ?? 0) - 30) < 1.5, 'idle seconds and captures do not count');
  assert.equal(gate('lock-proof p(95)')?.status, 'pass');
  assert.deepEqual([gate('db.connections')?.status, gate('db.connections')?.measured], ['unknown', null]);
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ['slo-breach'],
  );
});

test('coverage counts planned moments, not samples', () => {
  const run = syntheticRun({ seed: 12 });
  assert.ok(analyse(run).run.coverage > 0.99);
  const gappy = { ...run, samples: run.samples.filter((_, i) => i < 20 || i >= 35) };
  const { coverage } = analyse(gappy).run;
  assert.ok(coverage > 0.7 && coverage < 0.8, String(coverage));
});

test('a restart cuts every series, and growth before and after is judged inside of each life', () => {
  const run = syntheticRun({ seed: 12 });
  const at = run.manifest.clock.startMonoMs + 30_000;
  const restarted: RunData = {
    ...run,
    manifest: {
      ...run.manifest,
      segments: [...run.manifest.segments, { pid: 4200, startTicks: 120, startMonoMs: at }],
    },
    samples: run.samples.map((sample) =>
      sample.monoMs < at
        ? sample
        : { ...sample, segment: 1, values: { ...sample.values, 'process.fds.file': 60, 'requests.served': 1 } },
    ),
    heapGrowth: null,
  };
  const { findings, run: facts } = analyse(restarted);
  assert.deepEqual(findings, []);
  assert.ok(facts.requests > 0);
});

test('ids: FNV-1a of 64 bits, stable, different for what differs', () => {
  assert.equal(fnv1a64(''), 'cbf29ce484222325');
  assert.equal(fnv1a64('a'), 'af63dc4c8601ec8c');
  assert.equal(fnv1a64('foobar'), '85944171f73967e8');
  assert.notEqual(findingId('js-heap-leak', 'A', 'x'), findingId('js-heap-leak', 'B', 'x'));
  assert.match(findingId('js-heap-leak', 'A', 'x'), /^[0-9a-f]{10}$/);
});

describe('requests without an answer', () => {
  const held = (text: string, value: number, percentile: number): Threshold =>
    limit('lock-proof', `p(${percentile})`, text, value, 'ms', percentile);
  const missing = (change: Partial<RunData['requests'][number]>, limits: readonly Threshold[]): Report => {
    const run = syntheticRun({ seed: 5 });
    return analyse({ ...run, thresholds: limits, requests: run.requests.map((one) => ({ ...one, ...change })) });
  };
  const statusOf = (report: Report, text: string): string | undefined =>
    report.gates.find((gate) => text.endsWith(gate.limit) && gate.name.startsWith('lock-proof'))?.status;

  test('what was dropped counts as slower than all: a percentile that lies there is not known', () => {
    const [lax, strict, median] = [held('p(95)<100ms', 100, 95), held('p(99)<2ms', 2, 99), held('p(50)<99ms', 99, 50)];
    const report = missing({ dropped: 20 }, [lax, strict, median]);
    assert.equal(statusOf(report, lax.text), 'unknown');
    assert.equal(statusOf(report, strict.text), 'fail', 'those that were sent break it by themselves');
    assert.equal(statusOf(report, median.text), 'pass');
    assert.equal(statusOf(missing({ dropped: 0 }, [lax]), lax.text), 'pass');
  });

  test('where nothing was completed, what waited in vain is judged', () => {
    const strict = held('p(99)<2ms', 2, 99);
    assert.equal(statusOf(missing({ count: 0, errors: 0, aborted: 20 }, [strict]), strict.text), 'fail');
  });

  test('what a service was asked too much of leaves waiting is no leak, and no proof that there is none', () => {
    const run = syntheticRun({ seed: 5, populations: [leak()] });
    const overloaded = { ...run, requests: run.requests.map((one) => ({ ...one, aborted: one.count })) };
    const report = analyse(overloaded);
    assert.ok(
      report.findings.every(({ confidence }) => confidence === 'possible'),
      JSON.stringify(report.findings[0], null, 1),
    );
    assert.match(report.findings[0]?.against.join(' ') ?? '', /were aborted/);
    assert.equal(report.gates.find(({ name }) => name === 'leak')?.status, 'unknown');
    assert.equal(report.exitCode, 5);
    const few = { ...run, requests: run.requests.map((one, i) => ({ ...one, aborted: i === 0 ? 1 : 0 })) };
    assert.equal(analyse(few).exitCode, 1, 'a leak of more than the few that were aborted');
  });
});

test('a limit that was not measured is told', () => {
  const run = syntheticRun({ seed: 12 });
  const told = /the threshold db.connections <50 was not measured/;
  assert.match(analyse({ ...run, thresholds: [UNMEASURED, LATENCY_HELD] }).completeness?.notes.join() ?? '', told);
  assert.match(analyse({ ...run, thresholds: [UNMEASURED] }).completeness?.missing.join() ?? '', told);
});

describe('requests that were aborted, and the limit of errors', () => {
  const few = limit('*', 'errors', 'errors<1%', 1, 'percent');
  const errorsOf = (run: RunData): string | undefined =>
    analyse({ ...run, thresholds: [few] }).gates.find(({ name }) => name === 'all requests errors')?.status;
  /** One more interval at the end, in which as many requests were aborted after so long. */
  const abortedAfter = (run: RunData, aborted: number, waitedMs: number): RunData => {
    const last = run.requests.at(-1);
    assert.ok(last);
    const waits = distribution(aborted, waitedMs);
    return {
      ...run,
      requests: [...run.requests, { ...last, count: 0, errors: 0, aborted, intended: waits, service: waits }],
    };
  };

  test('a request that waited in vain has failed', () => {
    const run = syntheticRun({ seed: 5 });
    assert.equal(errorsOf(run), 'pass');
    assert.equal(errorsOf(abortedAfter(run, 1500, 4000)), 'fail');
    assert.equal(errorsOf(abortedAfter(run, 5, 4000)), 'pass');
  });

  test('what a slow service had on its way at a pause has not', () => {
    const slow = syntheticRun({ seed: 5, latencyMs: () => 2000 });
    assert.equal(errorsOf(abortedAfter(slow, 1500, 1500)), 'pass');
  });
});

describe('the checks of a load say why they cannot judge', () => {
  const detailOf = (run: RunData, check: string): string =>
    analyse(run).checked.find((one) => one.check === check)?.detail ?? '';
  const driven = syntheticRun({ seed: 12 });
  // Errors of traffic that is watched are counted in the service.
  const watched = { errors: /too few responses for a trend/, throughput: /only where the profiler drives the load/ };
  for (const check of ['errors', 'throughput'] as const) {
    test(check, () => {
      assert.match(detailOf({ ...driven, requests: driven.requests.slice(-6) }, check), /too few intervals/);
      assert.match(detailOf({ ...driven, requests: [] }, check), /no request was completed/);
      assert.match(detailOf(syntheticRun({ seed: 12, load: 'none' }), check), watched[check]);
    });
  }
});
