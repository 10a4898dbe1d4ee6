import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { verifyDuration, verifyFinding } from '../../src/analysis/verify-finding.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { PoolSeries } from '../../src/model/heap-growth.ts';
import type { SourcePlace } from '../../src/model/profiles.ts';
import { fieldOf } from '../helpers/holders.ts';
import { LEAKING_SHARE, type Population, type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const leak = (suspect: Partial<Population['suspect']> = {}): Population => ({
  suspect: { class: 'Session', ...suspect },
  bytesEach: 1_200,
  count: ({ requests }) => LEAKING_SHARE * requests,
});

const first = (plan: RunPlan): Finding | undefined => analyse(syntheticRun(plan)).findings[0];
const place = (file: string, name: string, line = 27): SourcePlace => ({
  file,
  line,
  column: 5,
  function: name,
  package: null,
});

describe('a bound whose number is known', () => {
  const withBound = (
    bounds: Readonly<Record<string, number>>,
    more: Partial<Population['suspect']> = {},
  ): Finding | undefined =>
    first({ seed: 4, populations: [leak({ boundHints: Object.keys(bounds), bounds, ...more })] });

  test('is broken where more is held', () => {
    const finding = withBound({ limit: 300 });
    assert.equal(finding?.confidence, 'confirmed');
    assert.ok(finding?.evidence.some(({ what }) => /bound of its holder does not work: `limit` of 300/.test(what)));
  });
  test('may still be reached where less is held, and a length is named that would tell', () => {
    const finding = withBound({ max: 1_000_000 });
    assert.equal(finding?.confidence, 'possible');
    assert.match(finding?.against.join(' ') ?? '', /`max` of 1,000,000.*A run of \d/);
  });
  test('counts for each of several holders', () => {
    assert.equal(withBound({ limit: 300 }, { holders: 40 })?.confidence, 'possible');
  });
  test('in time is broken where what is older is still there', () => {
    assert.equal(withBound({ ttlMs: 2_000 })?.confidence, 'confirmed');
    assert.equal(withBound({ ttlMs: 600_000 })?.confidence, 'possible');
  });
  test('in an unknown unit stays a doubt', () => assert.equal(withBound({ ttl: 3_600 })?.confidence, 'possible'));
  test('one open bound among broken ones stays a doubt', () => {
    assert.equal(withBound({ limit: 100, windowMs: 120_000 })?.confidence, 'possible');
  });
  test('of the module clears nobody by being exceeded, and doubts while it is not', () => {
    const around = (value: number): Finding | undefined =>
      first({ seed: 4, populations: [leak({ scopeBounds: { MAX_ENTRIES: value } })] });
    assert.equal(around(300)?.confidence, 'confirmed');
    assert.equal(around(1_000_000)?.confidence, 'possible');
  });
  test('of the module does not excuse sockets that it does not speak of', () => {
    const sockets = (name: string): Finding | undefined =>
      first({ seed: 4, populations: [leak({ class: 'Socket', scopeBounds: { [name]: 1_000_000 } })] });
    assert.equal(sockets('MAX_ENTRIES')?.confidence, 'confirmed');
    assert.equal(sockets('MAX_CONNECTION_COUNT')?.confidence, 'possible');
  });
  test('is told with the object that carries it and its unit', () => {
    const finding = withBound({ max: 1_000_000 }, { boundsOn: { max: 'LruCache' } });
    assert.match(finding?.against.join(' ') ?? '', /`max` of 1,000,000 items on `LruCache`, and [\d,]+ are held/);
  });
});

const failsFrom = (atMs: number): Partial<RunPlan> => ({
  errorShare: ({ tMs }) => (tMs > atMs ? 0.9 : 0),
});

test('errors that come and stay are a finding with their time and kind', () => {
  const findings = analyse(syntheticRun({ seed: 7, ...failsFrom(30_000) })).findings;
  const errors = findings.find(({ kind }) => kind === 'error-rate-degradation');
  assert.equal(errors?.confidence, 'confirmed');
  assert.match(errors?.title ?? '', /from 0 to \d+ % in one step, (29|30|31|32)(\.\d)? s into the run/);
});

describe('pools', () => {
  const pool = (inUse: readonly number[], more: Partial<PoolSeries> = {}): PoolSeries => ({
    class: 'BoundPool',
    holder: {
      class: 'BoundPool',
      knownBy: { how: 'variable', name: 'pool' },
      owner: { kind: 'module', file: 'db.js' },
    },
    path: [],
    signature: 'db.js > BoundPool',
    anchorLocation: null,
    inUse,
    total: [2, 10, 10, 10],
    waiting: [0, 0, 0, 0],
    max: 10,
    ...more,
  });
  const withPool = (series: PoolSeries, plan: Partial<RunPlan> = {}): Finding | undefined =>
    analyse(
      syntheticRun({
        seed: 7,
        ...plan,
        values: ({ isLoaded }) => ({ 'load.in-flight': isLoaded ? 4 : 0, 'requests.active': isLoaded ? 4 : 0 }),
        change: (run): RunData => ({ ...run, heapGrowth: run.heapGrowth && { ...run.heapGrowth, pools: [series] } }),
      }),
    ).findings.find(({ kind }) => kind === 'pool-exhaustion');

  test('that never gets back what it lends is likely a leak, confirmed where requests fail', () => {
    assert.equal(withPool(pool([0, 3, 6, 6]))?.confidence, 'likely');
    const dry = withPool(pool([0, 9, 10, 10]), failsFrom(30_000));
    assert.equal(dry?.confidence, 'confirmed');
    assert.match(dry?.title ?? '', /10 of 10 are in use while no request is in progress/);
  });
  test('with one in use for good, or all returned, is fine', () => {
    assert.equal(withPool(pool([1, 1, 1, 1])), undefined);
    assert.equal(withPool(pool([0, 4, 2, 0])), undefined);
  });
});

test('threads take the line of who made them from the allocation stacks', () => {
  const stack = [
    place('node:internal/worker', 'Worker', 200),
    place('src/thumbs.ts', 'take'),
    place('node:events', 'emit'),
  ];
  const finding = first({
    seed: 7,
    values: ({ requests }) => ({ 'process.threads': 11 + Math.floor(requests / 200) }),
    change: (run) => ({
      ...run,
      allocationGrowth: [{ stack, beforeBytes: 0, bytes: 300_000, samples: 9, shareOfGrowth: 0.4 }],
    }),
  });
  assert.equal(finding?.kind, 'thread-leak');
  assert.equal(finding?.subject.source?.file, 'src/thumbs.ts');
});

test('sockets take name and line from the object that holds two of them each', () => {
  const child: Population = {
    suspect: {
      class: 'ChildProcess',
      holder: fieldOf('Converter', 'set', 'children'),
      anchorLocation: {
        scriptUrl: 'file:///srv/app/dist/converter.js',
        line0: 7,
        column0: 2,
        functionName: 'Converter',
      },
    },
    bytesEach: 4_000,
    count: ({ requests }) => requests / 80,
  };
  const report = analyse(
    syntheticRun({
      seed: 7,
      populations: [child],
      values: ({ requests }) => ({ 'process.fds.socket': 20 + 2 * Math.floor(requests / 80) }),
    }),
  );
  const [finding, ...rest] = report.findings;
  assert.equal(finding?.kind, 'socket-leak');
  assert.equal(finding?.subject.class, 'ChildProcess');
  assert.equal(finding?.subject.source?.file, 'src/converter.ts');
  assert.deepEqual(
    rest.filter(({ confidence }) => confidence !== 'possible'),
    [],
  );
});

test('without snapshots, counted classes and allocation stacks name what piles up and who makes it', () => {
  const finding = first({
    seed: 7,
    snapshots: 0,
    populations: [leak()],
    change: (run) => {
      const at = [8_000, 49_000, 59_500];
      const counts = at.map((tMs) => {
        const sample = run.samples.findLast(({ monoMs }) => monoMs <= 5_000_000 + tMs);
        const requests = sample?.values['requests.served'] ?? 0;
        return {
          type: 'class-counts' as const,
          wallMs: 1.79e12 + tMs,
          monoMs: 5_000_000 + tMs,
          requests,
          classes: [
            { class: 'Object', count: 5_000 + requests },
            { class: 'Session', count: 10 + Math.round(LEAKING_SHARE * requests) },
          ],
        };
      });
      const live = run.events.filter((event) => event.type === 'live-heap').at(-1);
      const idle = live ? [{ ...live, monoMs: 5_000_000 + 59_600, wallMs: 1.79e12 + 59_600 }] : [];
      const stack = [place('src/session.ts', 'Session'), place('src/login.ts', 'login')];
      return {
        ...run,
        events: [...run.events, ...counts, ...idle].sort((a, b) => a.monoMs - b.monoMs),
        allocationGrowth: [{ stack, beforeBytes: 0, bytes: 3e6, samples: 90, shareOfGrowth: 0.9 }],
      };
    },
  });
  assert.equal(finding?.kind, 'js-heap-leak');
  assert.equal(finding?.confidence, 'likely');
  assert.equal(finding?.subject.class, 'Session');
  assert.equal(finding?.subject.source?.file, 'src/session.ts');
  assert.match(finding?.title ?? '', /no snapshot says who holds them/);
});

describe('verify', () => {
  const before = analyse(syntheticRun({ seed: 4, populations: [leak()] }));
  const finding = before.findings[0] as Finding;

  test('the same leak in the next run has the same id and is still there', () => {
    const again = analyse(syntheticRun({ seed: 5, populations: [leak()] }));
    assert.equal(again.findings[0]?.id, finding.id);
    assert.equal(verifyFinding(finding, before, again).status, 'still-there');
    assert.match(verifyFinding(finding, before, again).detail, /0\.5 per request before, 0\.5 now/);
  });
  test('a mended service says gone, one that nobody asked says nothing', () => {
    const mended = analyse(syntheticRun({ seed: 5 }));
    assert.equal(verifyFinding(finding, before, mended).status, 'gone');
    const silent = { ...mended, run: { ...mended.run, requests: 0 } };
    assert.equal(verifyFinding(finding, before, silent).status, 'not-enough-data');
  });
  test('lasts a minute for a leak of every request, longer for a rare one', () => {
    const { durationMs, requests } = before.run;
    assert.equal(verifyDuration(finding, durationMs, requests), 60_000);
    const rare = { ...finding, growth: finding.growth && { ...finding.growth, objectsPerRequest: 0.0001 } };
    assert.equal(verifyDuration(rare, 8 * 3_600_000, 8_000_000), 14_400_000);
  });
});
