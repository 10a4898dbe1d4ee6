import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { Finding } from '../../src/model/finding.ts';
import { isLeakKind } from '../../src/model/finding-catalogue.ts';
import type { Report } from '../../src/model/report.ts';
import { leak } from '../helpers/populations.ts';
import { seededRandom } from '../helpers/series.ts';
import { type Moment, type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const SEEDS = [3, 14, 15, 92, 65, 35, 89, 79];

/** Watched traffic: nobody of ours drives it, pauses it, or knows when it rests. */
function watched(plan: RunPlan): Report {
  return analyse(syntheticRun({ load: 'none', ratePerSecond: 20, ...plan }));
}

function sureLeaks({ findings }: Report): readonly Finding[] {
  return findings.filter(({ kind, confidence }) => isLeakKind(kind) && confidence !== 'possible');
}

/** Ends after 45 of 60 s; a health check goes on every five seconds. */
const RESTING: NonNullable<RunPlan['traffic']> = (tMs) => (tMs < 45_000 ? 1 : 0.01);
/** From 0.3 to 1.7 of the mean, with bursts. */
const WAVES: NonNullable<RunPlan['traffic']> = (tMs) =>
  1 + 0.7 * Math.sin((2 * Math.PI * tMs) / 23_000) + (tMs % 19_000 < 1_500 ? 2 : 0);
const STOPS: NonNullable<RunPlan['traffic']> = (tMs) => (tMs < 15_000 || (tMs > 40_000 && tMs < 50_000) ? 1 : 0);

type Values = NonNullable<RunPlan['values']>;
const LEAKED_FILES: Values = ({ requests }) => ({ 'process.fds.file': 3 + requests });
const KINDS: readonly (readonly [Finding['kind'], Values])[] = [
  ['fd-leak', LEAKED_FILES],
  ['socket-leak', ({ requests }) => ({ 'process.fds.socket': 22 + requests })],
  ['timer-leak', ({ requests }) => ({ 'resources.timers': 4 + requests })],
  ['thread-leak', ({ requests }) => ({ 'process.threads': 11 + Math.floor(requests / 50) })],
];

describe('leaks grow with work', () => {
  const regimes: readonly (readonly [string, Partial<RunPlan>])[] = [
    ['traffic that stops before the run does, with health checks', { traffic: RESTING }],
    ['the same at 5 requests a second', { traffic: RESTING, ratePerSecond: 5 }],
    ['waves and bursts', { traffic: WAVES }],
    ['traffic that stops and starts', { traffic: STOPS, ratePerSecond: 40 }],
  ];
  for (const [name, regime] of regimes) {
    for (const [kind, values] of KINDS) {
      test(`${kind} in ${name}`, () => {
        for (const seed of SEEDS) {
          // One thread in fifty requests is less than three threads at such a rate.
          const isTooFew = kind === 'thread-leak' && regime.ratePerSecond === 5;
          const [first, ...others] = sureLeaks(watched({ seed, ...regime, values }));
          assert.deepEqual(
            [first?.kind ?? null, others.length],
            [isTooFew ? (first?.kind ?? null) : kind, 0],
            `seed ${seed}`,
          );
        }
      });
    }
  }

  test('steady traffic without a rest: one socket a request is a leak, what may be in use leaves no pass', () => {
    for (const seed of SEEDS) {
      const sockets = watched({ seed, values: KINDS[1]?.[1] ?? (() => ({})) });
      assert.deepEqual(
        sureLeaks(sockets).map(({ kind }) => kind),
        ['socket-leak'],
        `seed ${seed}`,
      );
      const timers = watched({ seed, values: KINDS[2]?.[1] ?? (() => ({})) });
      assert.deepEqual([sureLeaks(timers).length, timers.verdict], [0, 'inconclusive'], `seed ${seed}`);
    }
  });

  test('the better explanation is told, in data and words', () => {
    const [finding] = sureLeaks(watched({ seed: 3, traffic: RESTING, values: LEAKED_FILES }));
    assert.equal(finding?.confidence, 'confirmed');
    const { over, objectsPerRequest } = finding.growth ?? {};
    assert.equal(over?.by, 'requests');
    assert.ok((over?.rSquared ?? 0) > 0.99, String(over?.rSquared));
    assert.ok(Math.abs((objectsPerRequest ?? 0) - 1) < 0.02, String(objectsPerRequest));
    const words = finding.evidence.map(({ what }) => what).join(' ');
    assert.match(words, /1\.0\d open file per request \(R2 (1|0\.99\d*)\): \d+ more after \d+ requests/);
    assert.match(
      words,
      /At the end of the time without requests, 1[45](\.\d)? s after the last one, \d+ were still open/,
    );
  });

  test('what a rest keeps is a leak, though nearly all requests came before the run was judged', () => {
    for (const seed of SEEDS) {
      // The first snapshot took long: when it was over, so was the traffic, but for two seconds of it.
      const traffic: NonNullable<RunPlan['traffic']> = (tMs) => (tMs < 11_000 ? 1 : 0);
      const values: Values = ({ requests }) => ({ 'process.fds.file': 3 + requests });
      const leaks = sureLeaks(watched({ seed, traffic, ratePerSecond: 60, values }));
      assert.deepEqual(
        leaks.map(({ kind }) => kind),
        ['fd-leak'],
        `seed ${seed}`,
      );
    }
  });

  test('a leak by the clock is told over time, traffic or not', () => {
    for (const seed of SEEDS) {
      const [first] = sureLeaks(
        watched({ seed, traffic: STOPS, values: ({ tMs }) => ({ 'resources.timers': 4 + Math.floor(tMs / 200) }) }),
      );
      assert.deepEqual([first?.kind, first?.growth?.over?.by], ['timer-leak', 'time'], `seed ${seed}`);
    }
  });

  test('heap: the line over requests is seen through waves and rests', () => {
    for (const traffic of [RESTING, WAVES, STOPS]) {
      for (const seed of SEEDS) {
        const report = watched({ seed, traffic, ratePerSecond: 100, populations: [leak()] });
        assert.equal(sureLeaks(report)[0]?.kind, 'js-heap-leak', `seed ${seed}`);
      }
    }
  });
});

describe('objects that come in varying numbers', () => {
  /** Of each `every`th request, 60 to 70 objects, as a number of the requests so far. */
  const varying =
    (seed: number, every: number): ((moment: Moment) => number) =>
    ({ requests }) => {
      const random = seededRandom(seed);
      let count = 0;
      for (let request = 0; request < requests; request += 1) {
        const [isOne, more] = [random() * every < 1, Math.floor(11 * random())];
        if (isOne) count += 60 + more;
      }
      return count;
    };
  for (const every of [1, 5]) {
    test(`60 to 70 for each ${every === 1 ? '' : `of one in ${every} `}request are a leak`, () => {
      for (const traffic of [RESTING, WAVES]) {
        for (const seed of SEEDS) {
          const planted = { suspect: { class: 'Part' }, bytesEach: 60, count: varying(seed, every) };
          const [first] = sureLeaks(watched({ seed, traffic, ratePerSecond: 100, populations: [planted] }));
          assert.deepEqual([first?.kind, first?.subject.class], ['js-heap-leak', 'Part'], `seed ${seed}`);
        }
      }
    });
  }
});

describe('healthy under the same traffic', () => {
  const healthy: readonly (readonly [string, Values])[] = [
    [
      'a pool that fills to its bound',
      ({ requests }) => ({ 'process.fds.socket': 12 + Math.min(30, Math.floor(requests / 10)) }),
    ],
    [
      'sockets in use follow the traffic',
      ({ tMs, requestsAt, requests }) => ({
        'process.fds.socket': 12 + requests - requestsAt(Math.max(0, tMs - 1500)),
      }),
    ],
    [
      'timers that run for four seconds',
      ({ tMs, requestsAt, requests }) => ({ 'resources.timers': 3 + requests - requestsAt(Math.max(0, tMs - 4000)) }),
    ],
    ['nothing', () => ({})],
  ];
  for (const [name, values] of healthy) {
    test(name, () => {
      const ramp: NonNullable<RunPlan['traffic']> = (tMs) => (2 * tMs) / 60_000;
      for (const traffic of [RESTING, WAVES, STOPS, ramp]) {
        for (const seed of SEEDS) assert.deepEqual(sureLeaks(watched({ seed, traffic, values })), [], `seed ${seed}`);
      }
    });
  }

  test('buffers that no collection has looked at are not accused for outliving a rest', () => {
    for (const seed of SEEDS) {
      const held: Values = ({ requests }) => ({ 'heap.external': 3e6 + 1400 * requests });
      const uncollected: RunPlan['change'] = (run) => ({
        ...run,
        events: run.events.filter(({ type }) => type !== 'live-heap'),
      });
      const plan: RunPlan = { seed, snapshots: 0, traffic: RESTING, ratePerSecond: 60, values: held };
      assert.deepEqual(sureLeaks(watched({ ...plan, change: uncollected })), [], `seed ${seed}`);
    }
  });
});
