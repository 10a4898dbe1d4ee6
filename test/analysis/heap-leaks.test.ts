import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { Finding } from '../../src/model/finding.ts';
import { findingInfo, isLeakKind } from '../../src/model/finding-catalogue.ts';
import {
  batch,
  bounded,
  buffers,
  expiring,
  leak,
  listeners,
  reactions,
  registry,
  timers,
  warmUp,
} from '../helpers/populations.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => 11 + 17 * i);
const HOUR_MS = 3_600_000;

function leaksOf(plan: RunPlan): readonly Finding[] {
  return analyse(syntheticRun(plan)).findings.filter(({ kind }) => isLeakKind(kind));
}

const sure = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ confidence }) => confidence !== 'possible');

describe('a minute is enough to confirm a leak', () => {
  const cases: readonly (readonly [string, Finding['kind'], Omit<RunPlan, 'seed'>])[] = [
    ['1.1 KB a request, 4 snapshots', 'js-heap-leak', { populations: [leak()] }],
    ['the same with 3 snapshots', 'js-heap-leak', { populations: [leak()], snapshots: 3 }],
    ['at 60 requests a second', 'js-heap-leak', { populations: [leak()], ratePerSecond: 60 }],
    ['at 900 requests a second', 'js-heap-leak', { populations: [leak(300)], ratePerSecond: 900 }],
    ['with 6 snapshots', 'js-heap-leak', { populations: [leak()], snapshots: 6 }],
    ['listeners', 'listener-leak', { populations: [listeners] }],
    ['timers', 'timer-leak', { populations: [timers] }],
    ['reactions of a promise', 'promise-leak', { populations: [reactions] }],
    ['buffers', 'external-memory-leak', { populations: [buffers] }],
    ['beside healthy caches', 'js-heap-leak', { populations: [bounded(400), leak(), warmUp, expiring(4000)] }],
    ['watching existing traffic', 'js-heap-leak', { populations: [leak()], load: 'none', snapshots: 5 }],
    ['in eight hours', 'js-heap-leak', { populations: [leak(100)], durationMs: 8 * HOUR_MS, ratePerSecond: 20 }],
  ];
  for (const [name, kind, plan] of cases) {
    test(name, () => {
      for (const seed of SEEDS.slice(0, plan.durationMs ? 2 : 12)) {
        const [first, ...others] = leaksOf({ ...plan, seed });
        assert.equal(first?.kind, kind, `seed ${seed}`);
        assert.equal(first?.confidence, 'confirmed', `seed ${seed}: ${JSON.stringify(first, null, 1)}`);
        assert.deepEqual(sure(others), [], `seed ${seed}: one leak, one finding`);
      }
    });
  }
});

describe('healthy look-alikes are not accused', () => {
  const cases: readonly (readonly [string, Omit<RunPlan, 'seed'>])[] = [
    ['nothing at all', {}],
    ['a bounded cache', { populations: [bounded(400)] }],
    ['a bounded cache at a low rate', { populations: [bounded(400)], ratePerSecond: 50 }],
    ['a bounded cache that is full in the middle', { populations: [bounded(2200)] }],
    ['a cache with an expiry of 4 s', { populations: [expiring(4000)] }],
    ['a cache with an expiry of 9 s', { populations: [expiring(9000)] }],
    ['a cache with an expiry of 25 s', { populations: [expiring(25_000)] }],
    ['warm-up', { populations: [warmUp] }],
    ['a batch every 3 s', { populations: [batch(3000)] }],
    ['a batch every 20 s', { populations: [batch(20_000)] }],
    ['a registry of 800 names', { populations: [registry(800)] }],
    ['all of them', { populations: [bounded(400), expiring(4000), warmUp, batch(3000)] }],
    ['a bounded cache, 3 snapshots', { populations: [bounded(400)], snapshots: 3 }],
    ['warm-up, 3 snapshots', { populations: [warmUp], snapshots: 3 }],
    ['an expiry of 9 s, 3 snapshots', { populations: [expiring(9000)], snapshots: 3 }],
    ['a bounded cache, watched', { populations: [bounded(400)], load: 'none', snapshots: 5 }],
    ['an expiry, watched', { populations: [expiring(4000)], load: 'none', snapshots: 5 }],
    ['batches, watched', { populations: [batch(20_000)], load: 'none', snapshots: 5 }],
    ['no snapshots', { populations: [bounded(400), warmUp], snapshots: 0 }],
  ];
  for (const [name, plan] of cases) {
    test(name, () => {
      for (const seed of SEEDS) {
        const report = analyse(syntheticRun({ ...plan, seed }));
        for (const { kind, foundBy } of report.findings)
          assert.ok(
            foundBy && findingInfo(kind).checks?.includes(foundBy),
            `${kind} by ${foundBy}: its row does not say so`,
          );
        const accused = sure(report.findings.filter(({ kind }) => isLeakKind(kind)));
        assert.deepEqual(
          accused.map(({ title, evidence }) => ({ title, evidence })),
          [],
          `seed ${seed}`,
        );
        assert.equal(report.exitCode, 0, `seed ${seed}`);
        assert.equal(report.verdict, 'pass');
      }
    });
  }
});

test('what shows a bound, or is released in part while idle, is possible and no more', () => {
  const hinted = { ...leak(), suspect: { class: 'Session', boundHints: ['max', 'ttl'] } };
  const [finding] = leaksOf({ seed: 4, populations: [hinted] });
  assert.equal(finding?.confidence, 'possible');
  assert.match(finding?.against.join(' ') ?? '', /`max`, `ttl`/);
});

test('objects are followed through the idle tail where their ids are kept', () => {
  const kept = (survivors: number): Finding[] => [
    ...leaksOf({ seed: 4, populations: [{ ...leak(), suspect: { class: 'Quote', survivors } }] }),
  ];
  assert.equal(kept(1e9)[0]?.confidence, 'confirmed');
  assert.match(
    kept(1e9)[0]
      ?.evidence.map(({ what }) => what)
      .join() ?? '',
    /are the same objects after it/,
  );
  // As many as before, but others: something refreshes them.
  assert.deepEqual(sure(kept(0)), []);
});

test('listeners and reactions that are added evenly and kept through a rest are a sign by themselves', () => {
  const cases = [
    [listeners, 'listener-leak'],
    [reactions, 'promise-leak'],
  ] as const;
  for (const [population, kind] of cases) {
    // Small beside what else grows, and no whole number of a request: three in seven requests add one.
    const some: typeof listeners = { ...population, count: (moment) => Math.round(0.43 * population.count(moment)) };
    for (const seed of SEEDS) {
      const found = leaksOf({ populations: [some, leak(240)], seed, heapNoiseBytes: 1_500_000 });
      const own = found.find((finding) => finding.kind === kind);
      assert.notEqual(own?.confidence ?? 'possible', 'possible', `${kind}, seed ${seed}: ${own?.against.join(' ')}`);
    }
  }
});

test('strings of the table of strings belong to what else piles up', () => {
  const names = {
    ...leak(400),
    suspect: { class: '(string)', holder: { container: 'engine', name: '(Internalized strings)' } as const },
  };
  const accused = sure(leaksOf({ seed: 4, populations: [leak(), names] }));
  assert.deepEqual(
    accused.map(({ subject }) => subject.class),
    ['OrderAudit'],
  );
  assert.equal(sure(leaksOf({ seed: 4, populations: [names] })).length, 1);
});

test('what an emitter calls a maximum bounds no leak', () => {
  const hinted = { ...listeners, suspect: { ...listeners.suspect, boundHints: ['_maxListeners'] } };
  assert.equal(leaksOf({ seed: 4, populations: [hinted] })[0]?.confidence, 'confirmed');
});

describe('the title names a request only where no other fits as well', () => {
  const withTwins = (twins: readonly string[]): RunPlan => ({
    seed: 4,
    populations: [leak()],
    change: (run) => ({
      ...run,
      requests: run.requests.flatMap((interval) =>
        interval.name === 'lock-proof' ? [interval, ...twins.map((name) => ({ ...interval, name }))] : [interval],
      ),
    }),
  });
  const titleWith = (twins: readonly string[]): string => leaksOf(withTwins(twins))[0]?.title ?? '';

  test('one', () => assert.match(titleWith([]), /^Every `lock-proof` request adds/));
  test('two', () => assert.match(titleWith(['twin']), /^Every request of `lock-proof` or `twin` adds/));
  test('more', () => {
    const title = titleWith(['twin', 'third']);
    assert.doesNotMatch(title, /lock-proof|twin|third/);
    assert.match(title, /: one in \d(\.\d+)? requests leaves one\.$/);
  });
});

describe('what fills up, caught twice on its way, is not likely a leak', () => {
  const cases: readonly (readonly [string, readonly number[], number])[] = [
    ['an array that is cut whenever it is full', [49, 104, 141, 141], 20_000],
    ['forty lists of five each', [38, 141, 196, 196], 540],
  ];
  for (const [name, counts, bytesEach] of cases) {
    test(name, () => {
      const filling = {
        ...leak(),
        suspect: { class: 'Revision', counts, bytes: counts.map((count) => count * bytesEach) },
        bytesEach: 0,
        count: ({ requests }: { readonly requests: number }) => requests,
      };
      assert.deepEqual(sure(leaksOf({ seed: 4, populations: [filling] })), []);
      assert.deepEqual(sure(leaksOf({ seed: 4, populations: [filling, leak()] }).slice(1)), []);
    });
  }
});

test('two snapshots, the second after the idle tail: what is left has outlived it', () => {
  const [finding] = leaksOf({ seed: 4, populations: [leak()], snapshots: 2 });
  assert.equal(finding?.confidence, 'confirmed');
  assert.deepEqual(sure(leaksOf({ seed: 4, populations: [expiring(9000), bounded(300)], snapshots: 2 })), []);
});

test('growth by the clock is a leak too, however the traffic varies', () => {
  const byClock = { ...leak(), count: ({ tMs }: { readonly tMs: number }) => tMs / 20 };
  for (const seed of SEEDS.slice(0, 4)) {
    const [finding] = leaksOf({
      seed,
      populations: [byClock],
      load: 'none',
      snapshots: 5,
      change: (run) => ({
        ...run,
        heapGrowth: run.heapGrowth && { ...run.heapGrowth, requests: [100, 200, 3000, 3500, 9000] },
      }),
    });
    assert.equal(finding?.confidence, 'confirmed', `seed ${seed}`);
  }
});

test('with two snapshots under load and no series, a leak is likely at most', () => {
  const [finding] = leaksOf({
    seed: 8,
    populations: [leak()],
    change: (run) => ({ ...run, events: run.events.filter(({ type }) => type !== 'live-heap'), samples: [] }),
  });
  assert.equal(finding?.confidence, 'likely');
});

test('without snapshots the line of the heap still says that something leaks, and where it was allocated', () => {
  const place = { file: 'src/store.ts', line: 12, column: 5, function: 'keep', package: null };
  const [finding] = leaksOf({
    seed: 8,
    populations: [leak()],
    snapshots: 0,
    change: (run) => ({
      ...run,
      heapGrowth: null,
      heapGrowthError: 'a heap snapshot would have stopped the service for 40 s',
      allocationGrowth: [{ stack: [place], beforeBytes: 0, bytes: 5e6, samples: 80, shareOfGrowth: 0.9 }],
    }),
  });
  assert.equal(finding?.kind, 'js-heap-leak');
  assert.notEqual(finding?.confidence, 'confirmed');
  assert.equal(finding?.subject.source?.function, 'keep');
  assert.match(finding?.against.join(' ') ?? '', /40 s/);
});

test('a finding says who, how much, where, and what to type', () => {
  const [finding] = leaksOf({ seed: 5, populations: [leak()] });
  assert.ok(finding);
  assert.equal(
    finding.title,
    'Every `lock-proof` request adds one `OrderAudit` to Map `orderaudits` of module store.js, and it is not removed.',
  );
  assert.deepEqual(finding.subject.source, { file: 'src/store.ts', line: 41, column: 17, function: 'keep' });
  assert.deepEqual(finding.subject.path[1], 'context variable `store`: Map');
  assert.ok(Math.abs((finding.growth?.bytesPerRequest ?? 0) - 550) < 15, String(finding.growth?.bytesPerRequest));
  assert.ok(Math.abs((finding.growth?.objectsPerRequest ?? 0) - 0.5) < 0.01);
  const [low, high] = finding.growth?.bytesPerHourCI ?? [0, 0];
  const truth = 0.5 * 200 * 1100 * 3600;
  assert.ok(low < truth && truth < high * 1.05, `${low} ${truth} ${high}`);
  assert.ok((finding.growth?.timeToLimitMs ?? 0) > 0);
  assert.match(finding.verify, /^profiler verify profiles\/\S+ --finding [0-9a-f]{10} /);
  assert.ok(finding.evidence.some(({ what }) => /1\.00, 1\.00/.test(what)));
  assert.match(finding.recommendation, /finally/);
  const again = leaksOf({ seed: 99, populations: [leak()], ratePerSecond: 120 })[0];
  assert.equal(again?.id, finding.id, 'the same leak has the same id in the next run');
});

test('time to the limit is that of all that grows, and the limit has a name', () => {
  const growthOf = (plan: Omit<RunPlan, 'seed'>, kind: Finding['kind']) =>
    leaksOf({ seed: 5, ...plan }).find((finding) => finding.kind === kind)?.growth;
  const alone = growthOf({ populations: [listeners] }, 'listener-leak');
  const beside = growthOf({ populations: [listeners, leak()] }, 'listener-leak');
  const ratio = (alone?.timeToLimitMs ?? 0) / (beside?.timeToLimitMs ?? Number.NaN);
  assert.ok(ratio > 3, `a small leak beside one five times as large: ${ratio} times sooner than alone`);
  assert.deepEqual(alone?.limit, { name: "V8's heap limit", bytes: 4.3e9 });

  const values = () => ({ 'cgroup.memory.limit': 400e6 });
  const contained = growthOf({ populations: [leak()], values }, 'js-heap-leak');
  assert.deepEqual(contained?.limit, { name: 'container memory limit', bytes: 400e6 });
});

test('the line of the holder is named as such, unless one is known that makes what stays', () => {
  const keep = { file: 'src/store.ts', line: 55, column: 5, function: 'add', package: null };
  const withStack = (run: RunData): RunData => ({
    ...run,
    allocationGrowth: [{ stack: [keep], beforeBytes: 0, bytes: 5e6, samples: 80, shareOfGrowth: 0.9 }],
  });
  const subjectOf = (change: (run: RunData) => RunData) =>
    leaksOf({ seed: 5, populations: [leak()], change })[0]?.subject;
  assert.equal(subjectOf((run) => run)?.isSourceOfHolder, true);
  const known = subjectOf(withStack);
  assert.deepEqual([known?.madeAt?.line, known?.source?.line, known?.isSourceOfHolder], [55, 41, undefined]);
});
