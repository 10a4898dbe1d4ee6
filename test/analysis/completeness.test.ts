import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { METRICS, type MetricName } from '../../src/model/metric-catalogue.ts';
import type { MetricInfo } from '../../src/model/metric-info.ts';
import type { Completeness, Report } from '../../src/model/report.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { Sample } from '../../src/model/sample.ts';
import { headline } from '../../src/words/report/headline.ts';
import { distribution } from '../helpers/distribution.ts';
import { leak } from '../helpers/populations.ts';
import { healthyDocument } from '../helpers/report-document.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const MINUTE = 60_000;
const OUTSIDE: readonly MetricInfo['source'][] = ['pidusage', 'proc', 'cgroup'];

const startOf = (run: RunData): number => run.manifest.clock.startMonoMs;

/** Takes the values of some sources out of the samples from then to then; a sample of which nothing is left goes. */
function blind(run: RunData, fromMs: number, toMs: number, sources: readonly MetricInfo['source'][]): RunData {
  const isBlind = ({ monoMs }: Sample): boolean => monoMs >= startOf(run) + fromMs && monoMs < startOf(run) + toMs;
  const keep = (name: string): boolean => !sources.includes(METRICS[name as MetricName].source);
  const samples = run.samples
    .map((sample) =>
      isBlind(sample)
        ? { ...sample, values: Object.fromEntries(Object.entries(sample.values).filter(([name]) => keep(name))) }
        : sample,
    )
    .filter(({ values }) => Object.keys(values).length > 0);
  return { ...run, samples };
}

function withEvents(run: RunData, ...events: readonly RunEvent[]): RunData {
  return { ...run, events: [...run.events, ...events].sort((a, b) => a.monoMs - b.monoMs) };
}

function at(run: RunData, tMs: number): { readonly wallMs: number; readonly monoMs: number } {
  return { wallMs: 1.79e12 + tMs, monoMs: startOf(run) + tMs };
}

function withPlan(run: RunData, plan: Partial<RunData['manifest']['plan']>): RunData {
  return { ...run, manifest: { ...run.manifest, plan: { ...run.manifest.plan, ...plan } } };
}

/** The snapshots from then on failed instead. */
function failSnapshots(run: RunData, fromMs: number): RunData {
  const isLate = (monoMs: number): boolean => monoMs >= startOf(run) + fromMs;
  return {
    ...run,
    manifest: { ...run.manifest, snapshots: run.manifest.snapshots.filter(({ monoMs }) => !isLate(monoMs)) },
    heapGrowth: null,
    events: run.events.map((event) =>
      event.type === 'capture' && event.capture === 'heap-snapshot' && isLate(event.monoMs)
        ? { ...event, file: null, bytes: 0, error: 'Cannot find context with specified id' }
        : event,
    ),
  };
}

function facts(report: Report): [number, Report['verdict']] {
  return [report.exitCode, report.verdict];
}

function told({ completeness }: Report): Completeness {
  assert.ok(completeness);
  return completeness;
}

describe('a run that lost its instruments is no pass', () => {
  const healthy = syntheticRun({ seed: 12, durationMs: 12 * MINUTE, snapshots: 5, ratePerSecond: 20 });

  test('the connection is gone from minute 4 on, while the load goes on', () => {
    const lost = failSnapshots(blind(healthy, 4 * MINUTE, 13 * MINUTE, ['runtime']), 4 * MINUTE);
    const report = analyse(withEvents(lost, { ...at(lost, 4 * MINUTE), type: 'inspector-lost', detail: 'it closed' }));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    const { missing, notes, gaps, snapshots } = told(report);
    assert.match(missing.join('\n'), /values from inside the service are missing for 8 m \d\d s of 10 m .*it closed/);
    assert.ok(
      notes.some((note) => /^\d of 5 heap snapshots failed$/.test(note)),
      notes.join(),
    );
    assert.ok(snapshots.failed >= 3);
    const gap = gaps.find(({ what }) => what === 'inside');
    assert.ok(gap && Math.abs(gap.fromMs - 4 * MINUTE) < 2000 && gap.toMs - gap.fromMs > 7 * MINUTE);
    assert.ok(report.run.coverage < 0.4, String(report.run.coverage));
    const { limits } = headline({ ...healthyDocument(), report });
    assert.match(limits.join('\n'), /Values from inside the service are missing for 8 m/);
    assert.match(limits.join('\n'), /of 5 heap snapshots failed/);
  });

  test('what it proved before still fails', () => {
    const leaking = syntheticRun({ seed: 12, durationMs: 4 * MINUTE, populations: [leak()] });
    const { heapGrowth } = leaking;
    const lost = { ...blind(leaking, 2 * MINUTE, 3 * MINUTE, ['runtime', 'load', ...OUTSIDE]), heapGrowth };
    const report = analyse(lost);
    assert.deepEqual(facts(report), [1, 'fail']);
    assert.notDeepEqual(told(report).missing, []);
  });

  test('each side counts: a gap of more than a tenth is too much, a shorter one is told', () => {
    for (const sources of [['runtime'], OUTSIDE] as const) {
      const long = analyse(blind(healthy, 5 * MINUTE, 7 * MINUTE, sources));
      assert.deepEqual(facts(long), [5, 'inconclusive']);
      const short = analyse(blind(healthy, 5 * MINUTE, 5.5 * MINUTE, sources));
      assert.deepEqual(facts(short), [0, 'pass']);
      assert.match(told(short).notes.join(), /are missing for (2\d|3\d)/);
    }
  });

  test('a restart is a gap of its length; the CPU window that it took along is told, not counted', () => {
    const restarted = (minutes: number): RunData => {
      const backMs = (5 + minutes) * MINUTE;
      const gone = blind(healthy, 5 * MINUTE, backMs, ['runtime', ...OUTSIDE]);
      const [window] = healthy.manifest.cpuWindows;
      assert.ok(window);
      const cpuWindows = [
        { ...window, endMonoMs: startOf(healthy) + 3 * MINUTE },
        { ...window, startMonoMs: startOf(healthy) + backMs, segment: 1 },
      ];
      return withEvents(
        { ...gone, manifest: { ...gone.manifest, cpuWindows } },
        { ...at(gone, 5 * MINUTE), type: 'target-lost', reason: 'process 4121 ended' },
        { ...at(gone, backMs), type: 'target-back', segment: 1, pid: 4122, afterMs: minutes * MINUTE },
      );
    };
    const soon = analyse(restarted(0.5));
    assert.deepEqual(facts(soon), [0, 'pass']);
    assert.match(told(soon).notes.join('\n'), /values from inside .*process 4121 ended/);
    assert.match(told(soon).notes.join('\n'), /CPU windows are missing for 2 m/);
    assert.deepEqual(facts(analyse(restarted(2))), [5, 'inconclusive']);
  });

  test('CPU windows that were planned and failed', () => {
    const [window] = healthy.manifest.cpuWindows;
    assert.ok(window);
    const cpuWindows = [{ ...window, endMonoMs: startOf(healthy) + 5 * MINUTE }];
    const report = analyse({ ...healthy, manifest: { ...healthy.manifest, cpuWindows } });
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /CPU windows are missing for 5 m/);
  });

  test('the load that was to be driven is gone', () => {
    const lost = withEvents(healthy, { ...at(healthy, 5 * MINUTE), type: 'load', state: 'lost', detail: 'killed' });
    const report = analyse(lost);
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /the load is missing for 5 m .*killed/);
  });

  test('one late sample in three is no gap', () => {
    const sparse = { ...healthy, samples: healthy.samples.filter((_, i) => i % 3 !== 0) };
    assert.deepEqual(facts(analyse(sparse)), [0, 'pass']);
  });
});

describe('a service that stops answering', () => {
  const healthy = syntheticRun({ seed: 12, durationMs: 12 * MINUTE, snapshots: 5, ratePerSecond: 20 });
  const sealed = { ...healthy, manifest: { ...healthy.manifest, seal: { journals: {}, files: {} } } };
  type Interval = RunData['requests'][number];
  const [like] = healthy.requests;
  assert.ok(like);
  const interval = (fromMs: number, toMs: number, change: Partial<Interval>): Interval => ({
    ...like,
    startMonoMs: startOf(healthy) + fromMs,
    endMonoMs: startOf(healthy) + toMs,
    count: 0,
    errors: 0,
    intended: '',
    service: '',
    ...change,
  });
  /** No answers from then to then, and what is told in their place. */
  const silent = (run: RunData, spans: readonly (readonly [number, number])[], ...instead: Interval[]): RunData => {
    const isSilent = ({ endMonoMs, startMonoMs }: Interval): boolean =>
      spans.some(([from, to]) => endMonoMs > startOf(run) + from && startMonoMs < startOf(run) + to);
    const requests = [...run.requests.filter((one) => !isSilent(one)), ...instead];
    return { ...run, requests: requests.sort((a, b) => a.startMonoMs - b.startMonoMs) };
  };
  const gapsOf = (run: RunData): Completeness['gaps'] => told(analyse(run)).gaps.filter(({ what }) => what === 'load');
  const late = (atMs: number, waitedMs: number): Interval =>
    interval(atMs, atMs + 500, { count: 5, service: distribution(5, waitedMs) });

  test('for the rest of the load: at each of its pauses, what waits is aborted', () => {
    const fromMs = 6 * MINUTE;
    const pauses = sealed.events
      .filter((event) => event.type === 'load' && event.state === 'paused')
      .map(({ monoMs }) => monoMs - startOf(sealed))
      .filter((tMs) => tMs > fromMs && tMs < 10 * MINUTE - 1);
    const aborted = pauses.map((tMs) => interval(tMs - 500, tMs, { aborted: 10 }));
    assert.ok(aborted.length > 0);
    const report = analyse(silent(sealed, [[fromMs, 10 * MINUTE]], ...aborted));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /the load is missing for .*requests waited there and none was answered/);
  });

  test('for a while, after which what waited was answered, or given up by its time limit', () => {
    const [from, to] = [5 * MINUTE, 6.5 * MINUTE];
    assert.equal(gapsOf(silent(sealed, [[from, to]], late(to, to - from))).length, 1);
    const timedOut = interval(from + 30_000, from + 30_500, { count: 5, errors: 5, errorKinds: { timeout: 5 } });
    assert.equal(gapsOf(silent(sealed, [[from, to]], timedOut)).length, 1);
    assert.deepEqual(facts(analyse(silent(sealed, [[from, to]], late(to, to - from)))), [5, 'inconclusive']);
  });

  test('for a moment: told, and no more', () => {
    const report = analyse(silent(sealed, [[5 * MINUTE, 5.1 * MINUTE]], late(5.1 * MINUTE, 6000)));
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join(), /the load is missing for 6/);
    assert.deepEqual(gapsOf(silent(sealed, [[5 * MINUTE, 5 * MINUTE + 1500]], late(5 * MINUTE + 1500, 1500))), []);
  });

  test('a load process that did not run is load that is missing, from a tenth of the time on', () => {
    const suspended = (minutes: number): RunData =>
      withEvents(sealed, {
        ...at(sealed, 6 * MINUTE),
        type: 'gap',
        durationMs: minutes * MINUTE,
        reason: 'the load process was paused',
        what: 'load',
      });
    const long = analyse(suspended(2));
    assert.deepEqual(facts(long), [5, 'inconclusive']);
    assert.match(told(long).missing.join(), /the load is missing for 1 m .*\(the load process was paused\)/);
    const short = analyse(suspended(0.2));
    assert.deepEqual(facts(short), [0, 'pass']);
    assert.match(told(short).notes.join(), /the load is missing for 12/);
  });

  test('time in which nothing was asked is no silence: our pauses, bursts, a level of none', () => {
    assert.deepEqual(gapsOf(sealed), []);
    const bursts = Array.from({ length: 30 }, (_, n) => [n * 20_000 + 1000, (n + 1) * 20_000] as const);
    assert.deepEqual(gapsOf(silent(sealed, bursts)), []);
    assert.deepEqual(gapsOf(silent(sealed, [[4 * MINUTE, 7 * MINUTE]])), []);
  });

  test('nor is what the scenario is like: answers that take long, now and then or all', () => {
    const spans = Array.from({ length: 30 }, (_, n) => [n * 20_000 + 5000, (n + 1) * 20_000] as const);
    assert.deepEqual(gapsOf(silent(sealed, spans, ...spans.map(([, to]) => late(to, 15_000)))), []);
    const rare = { ...sealed, requests: [] };
    const each = Array.from({ length: 36 }, (_, n) => ({ ...late((n + 1) * 19_000, 12_000), count: 1 }));
    assert.deepEqual(gapsOf(silent(rare, [], ...each)), []);
  });

  test('a restart is a gap by itself', () => {
    const [from, to] = [5 * MINUTE, 7 * MINUTE];
    const restarted = withEvents(
      silent(sealed, [[from, to]], late(to, to - from)),
      { ...at(sealed, from), type: 'target-lost', reason: 'process 4121 ended' },
      { ...at(sealed, to), type: 'target-back', segment: 1, pid: 4122, afterMs: to - from },
    );
    assert.deepEqual(gapsOf(restarted), []);
  });
});

describe('snapshots', () => {
  const healthy = syntheticRun({ seed: 12, snapshots: 5 });
  test('one that failed between others is told, all that failed leave nothing to compare', () => {
    const [, middle] = healthy.manifest.snapshots;
    assert.ok(middle);
    const isMiddle = (event: RunEvent): boolean => event.type === 'capture' && event.file === 'heap/2.heapsnapshot';
    const one = analyse({
      ...healthy,
      manifest: { ...healthy.manifest, snapshots: healthy.manifest.snapshots.filter((each) => each !== middle) },
      events: healthy.events.map((event) =>
        event.type === 'capture' && isMiddle(event) ? { ...event, file: null, error: 'timed out' } : event,
      ),
    });
    assert.deepEqual(told(one).snapshots, { planned: 5, taken: 4, refused: 0, failed: 1 });
    assert.deepEqual(told(one).missing, []);
    const all = analyse(failSnapshots(healthy, 0));
    assert.deepEqual(facts(all), [5, 'inconclusive']);
    assert.match(told(all).missing.join(), /growth between heap snapshots is not known for/);
  });

  test('refused ones are told in the headline; where the heap alone would show fast leaks only, they are no pass', () => {
    const refused = withEvents(
      {
        ...healthy,
        manifest: { ...healthy.manifest, snapshots: [] },
        heapGrowth: null,
        events: healthy.events.filter((event) => event.type !== 'capture'),
      },
      ...healthy.manifest.snapshots.map(
        ({ monoMs }): RunEvent => ({
          ...at(healthy, monoMs - startOf(healthy)),
          type: 'capture-refused',
          capture: 'heap-snapshot',
          reason: 'the pause would be too long',
          estimatedPauseMs: 20_000,
          estimatedBytes: 1e9,
        }),
      ),
    );
    const report = analyse(refused);
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.deepEqual(told(report).missing, []);
    assert.match(headline({ ...healthyDocument(), report }).limits.join(), /5 of 5 heap snapshots were refused/);
  });
});

describe('what was never planned is no gap, and is told', () => {
  const limits = (run: RunData): RunData => withPlan(run, { failOn: ['slo'] });
  test('the view from outside alone, and an address alone', () => {
    const healthy = limits(syntheticRun({ seed: 12, snapshots: 0 }));
    const process = blind(withPlan(healthy, { views: ['process'] }), 0, 10 * MINUTE, ['runtime']);
    const address = blind(withPlan(healthy, { views: [] }), 0, 10 * MINUTE, ['runtime', ...OUTSIDE]);
    for (const run of [process, address]) {
      const report = analyse(run);
      assert.deepEqual(facts(report), [0, 'pass']);
      assert.equal(report.run.coverage, 1);
      assert.match(told(report).notes.join(), /nothing was recorded inside the service/);
    }
  });

  test('no snapshots, no probes', () => {
    const healthy = syntheticRun({ seed: 12, snapshots: 0 });
    const samples = healthy.samples.map((sample) => {
      const { 'requests.served': _, ...values } = sample.values;
      return { ...sample, values };
    });
    const report = analyse({ ...healthy, samples });
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join('\n'), /no heap snapshots were planned\nrequests were not counted/);
  });

  test('a run of an earlier version passes as before, and the report says what cannot be told', () => {
    const { views, ...plan } = syntheticRun({ seed: 12 }).manifest.plan;
    assert.ok(views);
    const run = syntheticRun({ seed: 12 });
    const report = analyse({ ...run, manifest: { ...run.manifest, plan } });
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join(), /earlier version/);
    const cut = {
      ...run,
      manifest: { ...run.manifest, plan },
      requests: run.requests.slice(0, run.requests.length / 2),
    };
    assert.deepEqual(facts(analyse(cut)), [5, 'inconclusive']);
  });
});

describe('the end', () => {
  const healthy = syntheticRun({ seed: 12 });
  const cases: readonly (readonly [string, (run: RunData) => RunData, number, RegExp])[] = [
    [
      'is not recorded',
      (run) => ({ ...run, events: run.events.filter(({ type }) => type !== 'end') }),
      5,
      /end of the run is not recorded/,
    ],
    [
      'is that of a recording that broke off',
      (run) => endedBy(run, 'aborted', 'no space'),
      5,
      /stopped early: no space/,
    ],
    ['came by the user', (run) => endedBy(run, 'stopped-by-user'), 130, /stopped before its end/],
    ['came by the service', (run) => endedBy(run, 'target-lost'), 4, /did not come back/],
    ['came too early', (run) => withPlan(run, { durationMs: 2 * MINUTE }), 5, /lasted 1 m 00 s of the 2 m 00 s/],
    [
      'left a folder that is damaged',
      (run) => ({ ...run, losses: ['samples.ndjson: 2 of 60 lines are missing'] }),
      5,
      /2 of 60/,
    ],
  ];
  for (const [name, change, exitCode, reason] of cases) {
    test(name, () => {
      const report = analyse(change(healthy));
      assert.deepEqual(facts(report), [exitCode, 'inconclusive']);
      assert.match(told(report).missing.join(), reason);
    });
  }
});

function endedBy(run: RunData, reason: 'stopped-by-user' | 'target-lost' | 'aborted', detail = ''): RunData {
  return { ...run, events: run.events.map((event) => (event.type === 'end' ? { ...event, reason, detail } : event)) };
}

describe('requests', () => {
  const silent = (values: Sample['values']): RunData => {
    const run = syntheticRun({ seed: 12, load: 'none', ratePerSecond: 0 });
    const samples = run.samples.map((sample) => ({ ...sample, values: { ...sample.values, ...values } }));
    return { ...run, samples };
  };
  test('an HTTP server that nobody asked says nothing', () => {
    const report = analyse(silent({ 'requests.served': 0, 'resources.servers.http': 1 }));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.deepEqual(told(report).missing, ['no requests were seen']);
  });

  test('a worker without an HTTP server can pass', () => {
    assert.deepEqual(facts(analyse(silent({ 'requests.served': 0, 'resources.servers.http': 0 }))), [0, 'pass']);
  });

  test('a server of another protocol that nobody was connected to says nothing', () => {
    const server = { 'requests.served': 0, 'resources.servers.http': 0, 'resources.servers': 1 };
    const report = analyse(silent({ ...server, 'resources.sockets': 0 }));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(
      told(report).missing.join(),
      /^no connection to the service was seen: it listens, but not for HTTP\/1/,
    );
    assert.deepEqual(facts(analyse(silent({ ...server, 'resources.sockets': 2 }))), [0, 'pass']);
  });

  test('a few health checks are not enough to see a leak', () => {
    const run = syntheticRun({ seed: 12, load: 'none', ratePerSecond: 0 });
    const samples = run.samples.map((sample, i) => {
      const served = i < run.samples.length / 2 ? 0 : 2;
      return { ...sample, values: { ...sample.values, 'requests.served': served, 'resources.servers.http': 1 } };
    });
    const report = analyse({ ...run, samples });
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.deepEqual(told(report).missing, ['only 2 requests were seen: at least 30 are needed to see a leak']);
  });

  test('traffic that is watched and fails is told, and no pass where it begins to fail', () => {
    const watched = (failed: readonly number[]): Report => {
      const run = syntheticRun({ seed: 12, load: 'none' });
      const counts = failed.map(
        (count, i): RunEvent => ({
          type: 'route-counts',
          routes: [{ route: 'GET /a', begun: 1000 * (i + 1), failed: count, aborted: 0 }],
          monoMs: startOf(run),
          wallMs: 0,
        }),
      );
      return analyse({ ...run, events: [...run.events.slice(0, -1), ...counts, ...run.events.slice(-1)] });
    };
    assert.deepEqual(told(watched([0, 0, 0])).notes, []);
    const steady = watched([100, 200, 300]);
    assert.deepEqual(facts(steady), [0, 'pass']);
    assert.deepEqual(told(steady).notes, ['10 % of the requests failed: `GET /a` (300 of 3,000)']);
    const broken = watched([0, 0, 500]);
    assert.deepEqual(facts(broken), [5, 'inconclusive']);
    assert.match(told(broken).missing.join(), /^the share of failed requests rose from 0 % to 50 %/);
    assert.deepEqual(told(watched([1000, 2000, 3000])).missing, ['every request failed']);
  });

  test('a task that was never asked was not tested', () => {
    const run = syntheticRun({ seed: 12 });
    const asked = [...new Set(run.requests.map(({ name }) => name))];
    const withTasks = (names: readonly string[], stages: object[] = []): RunData => {
      const tasks = names.map((name) => ({ weight: 1, request: { name, method: 'GET', path: '/' } }));
      const text = JSON.stringify({ name: 's', load: { stages }, tasks });
      const scenario = { name: 's', baseUrl: 'http://127.0.0.1:3000', text };
      return { ...run, manifest: { ...run.manifest, scenario } };
    };
    assert.deepEqual(told(analyse(withTasks(asked))).missing, []);
    const report = analyse(withTasks([...asked, 'rare']));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /^request `rare` of the scenario was never sent/);
    // Stages that name their tasks may leave one out.
    assert.deepEqual(told(analyse(withTasks([...asked, 'rare'], [{ tasks: { [asked[0] ?? '']: 1 } }]))).missing, []);
  });

  test('what this tool asks for is no traffic', () => {
    const run = silent({ 'resources.servers.http': 1 });
    const { startMonoMs } = run.manifest.clock;
    const scrapes = run.samples.map(({ monoMs, wallMs }, n) => ({
      monoMs,
      wallMs,
      segment: 0,
      exposed: n,
      values: [],
    }));
    const samples = run.samples.map((sample) => ({
      ...sample,
      values: { ...sample.values, 'requests.served': Math.round((sample.monoMs - startMonoMs) / 1000) },
    }));
    const plan = { url: 'http://127.0.0.1:3000/metrics', intervalMs: 1000, series: [], leftOut: [] };
    const scraped = { plan, scrapes } as unknown as NonNullable<RunData['scraped']>;
    assert.deepEqual(told(analyse({ ...run, samples, scraped })).missing, ['no requests were seen']);
  });

  test('a load that none answered without an error', () => {
    const run = syntheticRun({ seed: 12, errorShare: () => 1 });
    const report = analyse(withPlan(run, { failOn: ['leak'] }));
    assert.deepEqual(told(report).missing, ['every request failed']);
    assert.equal(report.exitCode, 5);
    assert.match(told(analyse({ ...run, requests: [] })).missing.join(), /no requests were seen/);
  });

  test('a probe, and the set-up of users, are not the work that was asked', () => {
    const run = syntheticRun({ seed: 12, errorShare: ({ tMs }) => (tMs < 9000 ? 0.5 : 1) });
    const missingOf = (changed: RunData): string => told(analyse(changed)).missing.join();
    const beside = (change: Partial<RunData['requests'][number]>, requests = run.requests): RunData => ({
      ...run,
      requests: [...requests, ...run.requests.map((one) => ({ ...one, errors: 0, ...change }))],
    });
    assert.match(missingOf(beside({ name: 'probe' })), /every request failed/);
    assert.match(missingOf(beside({ name: 'login', isSetup: true })), /every request failed/);
    assert.doesNotMatch(missingOf(beside({ name: 'login' })), /every request failed/);
    assert.match(missingOf(beside({ name: 'probe' }, [])), /no requests were seen/);
  });

  test('requests that were never answered are told, though they are in no count of failures', () => {
    const run = syntheticRun({ seed: 12 });
    const hanging = run.requests.map((one, i) =>
      i % 10 === 0 ? { ...one, aborted: one.count, intended: distribution(one.count, 60_000) } : one,
    );
    assert.match(
      told(analyse({ ...run, requests: hanging })).notes.join(),
      /^[\d,]+ of [\d,]+ requests were never answered$/,
    );
  });

  test('answers that change their kind, or lead elsewhere, are told', () => {
    const run = syntheticRun({ seed: 12 });
    type Traits = NonNullable<RunData['requests'][number]['traits']>;
    const none = {
      closed: 0,
      connects: 0,
      connectMs: 0,
      compressible: 0,
      compressed: 0,
      sampleBytes: 0,
      sampleGzipBytes: 0,
    };
    const json = (answers: number): Traits => ({
      ...none,
      answers,
      jsonAnswers: answers,
      bodyBytes: 9 * answers,
      redirects: 0,
    });
    const moved = (answers: number): Traits => ({ ...none, answers, jsonAnswers: 0, bodyBytes: 0, redirects: answers });
    const answering = (traitsOf: (share: number, count: number) => Traits): RunData => ({
      ...run,
      requests: run.requests.map((one, i) => ({ ...one, traits: traitsOf(i / run.requests.length, one.count) })),
    });
    const notesOf = (traitsOf: (share: number, count: number) => Traits): string =>
      told(analyse(answering(traitsOf))).notes.join('\n');
    const late = notesOf((share, count) => (share > 0.7 ? moved(count) : json(count)));
    assert.match(late, /request `ledger` was answered with JSON at first and with redirects later/);
    assert.doesNotMatch(late, /of the answers were redirects/);
    assert.match(
      notesOf((_, count) => moved(count)),
      /^100 % of the answers were redirects, which the load does not follow/,
    );
    assert.equal(
      notesOf((_, count) => json(count)),
      '',
    );
    assert.equal(
      notesOf((_, count) => ({ ...none, answers: count, jsonAnswers: 0, bodyBytes: 0 })),
      '',
    );
  });

  test('one answer in some hundreds is nearly none', () => {
    const run = syntheticRun({ seed: 12, errorShare: () => 1 });
    const few = run.requests.map((one, i) => (i % 30 === 0 ? { ...one, errors: Math.max(0, one.errors - 1) } : one));
    assert.match(told(analyse({ ...run, requests: few })).missing.join(), /nearly every request failed \(\d+ of \d+\)/);
    const half = syntheticRun({ seed: 12, errorShare: () => 0.9 });
    assert.deepEqual(told(analyse(half)).missing, []);
  });

  test('a task that failed nearly always was not soaked; errors that are fewer are told', () => {
    const run = syntheticRun({ seed: 12 });
    const failing = (name: string, share: number): RunData => ({
      ...run,
      requests: run.requests.map((one) => {
        const errors = one.name === name ? Math.round(share * one.count) : 0;
        return { ...one, errors, errorKinds: errors === 0 ? {} : { 'status 404': errors } };
      }),
    });
    const task = analyse(failing('health', 1));
    assert.deepEqual(facts(task), [5, 'inconclusive']);
    assert.match(told(task).missing.join(), /^request `health` failed in \S+ of \S+ cases: so it was not tested$/);
    const half = analyse(failing('ledger', 0.5));
    assert.deepEqual(facts(half), [0, 'pass']);
    const { limits } = headline({ ...healthyDocument(), report: half });
    assert.match(limits[0] ?? '', /^1\d(\.\d)? % of the requests failed: status 404 at `ledger` \(\S+\)\.$/);
    assert.deepEqual(told(analyse(run)).notes, []);
  });
});

describe('the load and the service that is watched', () => {
  const run = syntheticRun({ seed: 12 });
  const counted = (change: (served: number) => Sample['values'], scenario = run): RunData => ({
    ...scenario,
    samples: scenario.samples.map((sample) => ({
      ...sample,
      values: { ...sample.values, ...change(sample.values['requests.served'] ?? 0) },
    })),
  });

  test('a load that went to another service says nothing of this one', () => {
    for (const strange of [0, 3]) {
      const report = analyse(counted(() => ({ 'requests.served': strange, 'resources.servers.http': 1 })));
      assert.deepEqual(facts(report), [5, 'inconclusive']);
      assert.match(
        told(report).missing.join(),
        /^none of the [\d,]+ requests that were sent to http:\/\/127\.0\.0\.1:3000 reached the service/,
      );
    }
    const few = analyse(counted((served) => ({ 'requests.served': Math.round(served / 500) })));
    assert.match(told(few).missing.join(), /^only \d+ of the [\d,]+ requests that were sent/);
  });

  test('one of several processes behind a balancer can pass, and it is told', () => {
    const report = analyse(counted((served) => ({ 'requests.served': Math.round(served / 4) })));
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join(), /^only 2\d(\.\d)? % of the requests reached the watched process$/);
  });

  test('what it takes and does not answer has reached it; what has no HTTP server cannot tell', () => {
    const hanging = counted((served) => ({
      'requests.served': 0,
      'requests.aborted': served,
      'resources.servers.http': 1,
    }));
    assert.deepEqual(told(analyse(hanging)).missing, []);
    const worker = counted(() => ({ 'requests.served': 0, 'resources.servers.http': 0 }));
    assert.deepEqual(facts(analyse(worker)), [0, 'pass']);
  });
});
