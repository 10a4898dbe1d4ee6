import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { CpuWork, RunData } from '../../src/analysis/run-data.ts';
import type { Bottleneck, BottleneckRule } from '../../src/model/bottleneck.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import type { AnswerTraits } from '../../src/model/requests.ts';
import { fieldOf } from '../helpers/holders.ts';
import { leak } from '../helpers/populations.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const SECOND_US = 1e6;
const REQUESTS = 7_000;

const owner = (name: string, line = 10) => ({
  name,
  place: { file: 'src/orders.ts', line, column: 3, function: name, package: null },
  isOwn: true,
});

/** A minute of a service that is busy for a fifth of it. */
const QUIET: CpuWork = {
  busyUs: 8 * SECOND_US,
  wallUs: 40 * SECOND_US,
  owned: [{ ...owner('list'), us: 2 * SECOND_US, callee: null }],
  calls: [
    { kind: 'sync', call: 'existsSync', caller: owner('boot'), line: 10, us: 20_000 },
    { kind: 'json', call: 'JSON', caller: owner('list'), line: 12, us: 0.6 * SECOND_US },
  ],
  requests: REQUESTS,
  longRunners: [],
};

function withTraits(run: RunData, traits: (tMs: number, count: number) => Partial<AnswerTraits>): RunData {
  const startMs = run.manifest.clock.startMonoMs;
  return {
    ...run,
    requests: run.requests.map((interval) => {
      const { count } = interval;
      const none = { closed: 0, connects: 0, connectMs: 0, compressible: 0, compressed: 0 };
      const plain = { answers: count, bodyBytes: 900 * count, jsonAnswers: count, sampleBytes: 0, sampleGzipBytes: 0 };
      return { ...interval, traits: { ...none, ...plain, ...traits(interval.startMonoMs - startMs, count) } };
    }),
  };
}

interface Change {
  readonly work?: Partial<CpuWork>;
  readonly traits?: (tMs: number, count: number) => Partial<AnswerTraits>;
  readonly plan?: Partial<RunPlan>;
}

function reportOf({ work = {}, traits = () => ({}), plan = {} }: Change = {}): Report {
  const change = (run: RunData): RunData => withTraits({ ...run, work: { ...QUIET, ...work } }, traits);
  return analyse(syntheticRun({ seed: 7, ratePerSecond: 200, ...plan, change }));
}

function only(rule: BottleneckRule, change: Change): Bottleneck {
  const { bottlenecks = [] } = reportOf(change);
  assert.deepEqual(
    bottlenecks.map((one) => one.rule),
    [rule],
  );
  return bottlenecks[0] as Bottleneck;
}

function hotOf(change: Change): readonly Finding[] {
  return reportOf(change).findings.filter(({ kind }) => kind === 'hot-function');
}

test('a healthy service has no bottleneck, and all that was looked at is told', () => {
  const { bottlenecks, bottlenecksChecked = [], findings } = reportOf();
  assert.deepEqual(bottlenecks, []);
  assert.deepEqual(findings, []);
  assert.equal(bottlenecksChecked.length, 6);
  assert.ok(bottlenecksChecked.every(({ detail }) => detail !== ''));
});

test('what a run has not recorded is not seen, and says so', () => {
  const { bottlenecks, bottlenecksChecked = [] } = analyse(syntheticRun({ seed: 7, snapshots: 0, load: 'none' }));
  assert.deepEqual(bottlenecks, []);
  assert.ok(bottlenecksChecked.every(({ status }) => status === 'insufficient-data'));
});

describe('each bottleneck states where, what it costs, the gain and how to check it', () => {
  const cases: readonly (readonly [BottleneckRule, RegExp, Change])[] = [
    [
      'sync-call',
      /`renderTerms` calls `readFileSync` under load/,
      {
        work: {
          calls: [{ kind: 'sync', call: 'readFileSync', caller: owner('renderTerms'), line: 10, us: SECOND_US }],
        },
      },
    ],
    [
      'big-json',
      /JSON in `exportOrders` takes 50 % of the busy time/,
      {
        work: { calls: [{ kind: 'json', call: 'JSON', caller: owner('exportOrders'), line: 31, us: 4 * SECOND_US }] },
        traits: (_, count) => ({ bodyBytes: 300_000 * count }),
      },
    ],
    [
      'no-keep-alive',
      /closes the connection after each response/,
      { traits: (_, count) => ({ closed: count, connects: count, connectMs: 0.4 * count }) },
    ],
    [
      'no-compression',
      /gzip makes them 80 % smaller/,
      {
        traits: (_, count) => ({
          bodyBytes: 40_000 * count,
          compressible: 2,
          sampleBytes: 40_000,
          sampleGzipBytes: 8_000,
        }),
      },
    ],
    [
      'no-paging',
      /grow from .* KB to .* all stored rows/,
      { traits: (tMs, count) => ({ bodyBytes: (20_000 + tMs) * count }) },
    ],
  ];
  for (const [rule, title, change] of cases) {
    test(rule, () => {
      const { bottlenecks = [] } = reportOf(change);
      const [found, ...more] =
        rule === 'no-paging' ? bottlenecks.filter((one) => one.request === 'ledger') : bottlenecks;
      assert.deepEqual(more, []);
      assert.equal(found?.rule, rule);
      assert.match(found?.title ?? '', title);
      assert.ok(found && found.evidence.length > 0 && found.gain !== '' && found.recommendation !== '');
      assert.match(found?.verify ?? '', /^profiler soak /);
    });
  }
});

describe('near to a bottleneck, but none', () => {
  const silent: readonly (readonly [string, Change])[] = [
    [
      'a file that is read now and then',
      { work: { calls: [{ kind: 'sync', call: 'readFileSync', caller: owner('reload'), line: 1, us: 80_000 }] } },
    ],
    [
      'a service at rest, half of whose little time is a synchronous call',
      {
        work: {
          busyUs: 100_000,
          owned: [{ ...owner('health'), us: 60_000, callee: null }],
          calls: [{ kind: 'sync', call: 'readFileSync', caller: owner('health'), line: 1, us: 50_000 }],
        },
      },
    ],
    [
      'JSON of small bodies, however many',
      { work: { calls: [{ kind: 'json', call: 'JSON', caller: owner('list'), line: 12, us: 3 * SECOND_US }] } },
    ],
    ['a limit on requests a connection', { traits: (_, count) => ({ closed: count / 10, connects: count / 10 }) }],
    [
      'small answers that come uncompressed',
      { traits: () => ({ compressible: 2, sampleBytes: 900, sampleGzipBytes: 300 }) },
    ],
    [
      'large answers that come compressed',
      { traits: (_, count) => ({ bodyBytes: 40_000 * count, compressible: 2, compressed: 2 }) },
    ],
    [
      'large answers that gzip makes no smaller',
      {
        traits: (_, count) => ({
          bodyBytes: 40_000 * count,
          compressible: 2,
          sampleBytes: 4e4,
          sampleGzipBytes: 3.9e4,
        }),
      },
    ],
    ['large answers of one size', { traits: (_, count) => ({ bodyBytes: 80_000 * count }) }],
    [
      'a page that is full after a third of the run',
      { traits: (tMs, count) => ({ bodyBytes: Math.min(60_000, 10_000 + 3 * tMs) * count }) },
    ],
    ['small answers that grow', { traits: (tMs, count) => ({ bodyBytes: (400 + tMs / 20) * count }) }],
  ];
  for (const [name, change] of silent) {
    test(name, () => {
      for (const seed of [7, 14, 35]) {
        assert.deepEqual(reportOf({ ...change, plan: { seed } }).bottlenecks, [], `seed ${seed}`);
      }
    });
  }
});

test('a cache that gets an entry with each request of a name never hits', () => {
  const cache = { ...leak(), suspect: { class: 'Translation', holder: fieldOf('TranslationCache', 'map', 'byKey') } };
  const found = only('cache-never-hits', { plan: { populations: [cache] } });
  assert.match(found.title, /TranslationCache/);
});

describe('hot functions', () => {
  const LATE = { values: () => ({ 'loop.delay.max': 140 }) };
  const runner = { ...owner('seal'), count: 60, medianUs: 110_000, longestUs: 240_000, totalUs: 7 * SECOND_US };

  test('one that holds the event loop is major, with its lengths', () => {
    const [hot, ...more] = hotOf({ work: { longRunners: [runner] }, plan: LATE });
    assert.deepEqual(more, []);
    assert.equal(hot?.severity, 'major');
    assert.match(hot?.title ?? '', /`seal` blocks the event loop for 110 ms at a time/);
    assert.equal(hot?.subject.source?.line, 10);
    assert.match(hot?.recommendation ?? '', /Expected gain/);
  });

  test('a loop that is late on a busy machine accuses nobody', () => {
    assert.deepEqual(hotOf({ plan: LATE }), []);
  });

  test('long stretches while the loop is in time are many short requests', () => {
    assert.deepEqual(hotOf({ work: { longRunners: [runner] } }), []);
  });

  test('under full load a request itself must take long', () => {
    const busy = { busyUs: 38 * SECOND_US, longRunners: [{ ...runner, totalUs: 30 * SECOND_US }] };
    assert.deepEqual(hotOf({ work: busy, plan: LATE }), []);
    assert.equal(hotOf({ work: { ...busy, requests: 300 }, plan: LATE }).length, 1);
  });

  test('a large share of little time is not worth reporting, of a busy core it is', () => {
    const owned = [{ ...owner('render'), us: 4 * SECOND_US, callee: null }];
    assert.deepEqual(hotOf({ work: { owned } }), []);
    const [hot] = hotOf({ work: { owned: [{ ...owner('render'), us: 20 * SECOND_US, callee: null }], busyUs: 30e6 } });
    assert.equal(hot?.severity, 'minor');
    assert.match(hot?.title ?? '', /`render` takes 66.7 % of the busy time, 50 % of a core/);
  });

  test('a synchronous call that holds the loop is named by the finding, and not told twice', () => {
    const calls: CpuWork['calls'] = [
      { kind: 'sync', call: 'pbkdf2Sync', caller: owner('seal'), line: 10, us: 6.5 * SECOND_US },
    ];
    const owned = [{ ...owner('seal'), us: 7 * SECOND_US, callee: null }];
    const report = reportOf({ work: { calls, owned, longRunners: [runner] }, plan: LATE });
    assert.deepEqual(report.bottlenecks, []);
    assert.ok(report.findings[0]?.evidence.some(({ what }) => what.includes('`pbkdf2Sync`')));
  });
});

test('the function that allocates most is named where collections take long', () => {
  const gc = { values: ({ tMs }: { readonly tMs: number }) => ({ 'gc.minor.time': 0.2 * tMs }) };
  const run = syntheticRun({ seed: 7, ...gc });
  const place = { file: 'src/rows.ts', line: 7, column: 1, function: 'buildRows', package: null };
  const burst = {
    file: 'heap/burst.heapprofile',
    durationMs: 3000,
    bytes: 1e8,
    owners: [
      { place, bytes: 8e7, samples: 1200 },
      { place: null, bytes: 2e7, samples: 300 },
    ],
  };
  const finding = analyse({ ...run, burst }).findings.find(({ kind }) => kind === 'gc-pressure');
  assert.match(finding?.title ?? '', /`buildRows` allocates 80 % of it/);
  assert.equal(finding?.subject.source?.file, 'src/rows.ts');
});
