import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { Finding } from '../../src/model/finding.ts';
import { isLeakKind } from '../../src/model/finding-catalogue.ts';
import type { Report } from '../../src/model/report.ts';
import { headline } from '../../src/words/report/headline.ts';
import { leak } from '../helpers/populations.ts';
import { healthyDocument } from '../helpers/report-document.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const SEEDS = [3, 14, 15, 92, 65, 35];
const MINUTE_MS = 60_000;

function reportOf(plan: RunPlan): Report {
  return analyse(syntheticRun(plan));
}

function sureLeaks({ findings }: Report): readonly Finding[] {
  return findings.filter(({ kind, confidence }) => isLeakKind(kind) && confidence !== 'possible');
}

const tenth = (requests: number): number => Math.floor(requests / 20);

describe('what is counted', () => {
  const cases: readonly (readonly [string, Finding['kind'], NonNullable<RunPlan['values']>])[] = [
    ['open files', 'fd-leak', ({ requests }) => ({ 'process.fds.file': 3 + tenth(requests) })],
    ['sockets', 'socket-leak', ({ requests }) => ({ 'process.fds.socket': 22 + tenth(requests) })],
    ['timers', 'timer-leak', ({ requests }) => ({ 'resources.timers': 4 + Math.floor(requests / 2) })],
    [
      'threads, with their descriptors',
      'thread-leak',
      ({ requests }) => ({ 'process.threads': 11 + Math.floor(requests / 400) }),
    ],
  ];
  for (const [name, kind, values] of cases) {
    test(`${name} that stay open are confirmed, as one finding`, () => {
      for (const seed of SEEDS) {
        const leaks = sureLeaks(reportOf({ seed, values }));
        assert.deepEqual(
          leaks.map((finding) => [finding.kind, finding.confidence]),
          [[kind, 'confirmed']],
          `seed ${seed}`,
        );
      }
    });
  }

  test('threads take what comes with each of them as evidence, and lead', () => {
    for (const seed of SEEDS) {
      const [first, ...others] = reportOf({
        seed,
        populations: [
          {
            suspect: { class: 'MessagePort', boundHints: ['limit'] },
            bytesEach: 400,
            count: ({ requests }) => requests / 200,
          },
          leak(),
        ],
        values: ({ requests }) => ({
          'process.threads': 11 + Math.floor(requests / 200),
          'process.fds.pipe': 4 + 2 * Math.floor(requests / 200),
          'process.fds.file': 3 + Math.floor(requests / 20),
        }),
      }).findings.filter(({ confidence, kind }) => confidence !== 'possible' && isLeakKind(kind));
      assert.deepEqual([first?.kind, first?.confidence], ['thread-leak', 'confirmed'], `seed ${seed}`);
      assert.match(
        first?.evidence.map(({ what }) => what).join(' ') ?? '',
        /Each thread comes with 2 of these: Open pipes/,
      );
      // Ten files for each thread are a leak of their own.
      assert.deepEqual(others.map(({ kind }) => kind).sort(), ['fd-leak', 'js-heap-leak'], `seed ${seed}`);
    }
  });

  test('what comes with the load and goes with it is none', () => {
    for (const seed of SEEDS) {
      const ramp: RunPlan['values'] = ({ requests, isLoaded, tMs }) => ({
        'process.fds.socket': 12 + (isLoaded || tMs < 50_000 ? Math.floor(requests / 50) : 0),
        'resources.timers': 3 + (isLoaded || tMs < 50_000 ? Math.floor(requests / 20) : 0),
      });
      assert.deepEqual(sureLeaks(reportOf({ seed, values: ramp })), []);
    }
  });

  test('a pool that is filled, and a step, are none', () => {
    for (const seed of SEEDS) {
      const filled = reportOf({
        seed,
        values: ({ requests }) => ({ 'process.fds.socket': 12 + Math.min(30, Math.floor(requests / 60)) }),
      });
      assert.deepEqual(sureLeaks(filled), []);
      const step = reportOf({ seed, values: ({ tMs }) => ({ 'process.fds.file': tMs > 30_000 ? 25 : 3 }) });
      assert.deepEqual(sureLeaks(step), []);
    }
  });

  test('what they point to is named', () => {
    const [finding] = reportOf({
      seed: 3,
      values: ({ requests }) => ({ 'process.fds.file': 3 + tenth(requests) }),
      change: (run) => ({ ...run, descriptorTargets: [{ kind: 'file', pattern: '/tmp/policy-*.json', count: 412 }] }),
    }).findings;
    assert.match(finding?.title ?? '', /`\/tmp\/policy-\*\.json`/);
    assert.equal(finding?.subject.holder, '/tmp/policy-*.json');
  });
});

describe('native memory', () => {
  const growing =
    (bytesPerMinute: number): NonNullable<RunPlan['values']> =>
    ({ tMs, normal }) => ({ 'process.rss': 160e6 + (bytesPerMinute * tMs) / MINUTE_MS + 5e5 * normal() });
  const hour = { durationMs: 60 * MINUTE_MS, ratePerSecond: 40 } as const;

  test('an hour confirms it', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const [finding] = sureLeaks(reportOf({ ...hour, seed, values: growing(1.5e6) }));
      assert.equal(finding?.kind, 'native-memory-leak');
      const perHour = finding?.growth?.bytesPerHour ?? 0;
      assert.ok(Math.abs(perHour / 90e6 - 1) < 0.05, String(perHour));
    }
  });

  test('a minute is too short, and says so', () => {
    const report = reportOf({ seed: 3, values: growing(6e6) });
    assert.deepEqual(sureLeaks(report), []);
    const entry = report.checked.find(({ check }) => check === 'native memory');
    assert.equal(entry?.status, 'insufficient-data');
    assert.match(entry?.detail ?? '', /too short/);
  });

  test('a minute of large, straight growth that stays is no pass, and no finding that fails', () => {
    const perRequest =
      (bytes: number, freedBytes = 0): NonNullable<RunPlan['values']> =>
      ({ requests, isLoaded, tMs, normal }) => ({
        'process.rss': 160e6 + bytes * requests - (!isLoaded && tMs > 55_000 ? freedBytes : 0) + 5e5 * normal(),
      });
    const leakGate = ({ gates }: Report) => gates.find(({ name }) => name === 'leak')?.status;
    for (const seed of SEEDS) {
      const report = reportOf({ seed, values: perRequest(12_000) });
      assert.deepEqual(
        [report.exitCode, report.verdict, leakGate(report)],
        [5, 'inconclusive', 'unknown'],
        `seed ${seed}`,
      );
      assert.deepEqual(
        report.findings.filter(({ kind }) => isLeakKind(kind)).map(({ kind, confidence }) => [kind, confidence]),
        [['native-memory-leak', 'possible']],
      );
      const { sentences } = headline({ ...healthyDocument(), report });
      assert.match(sentences.join('\n'), /Memory outside V8 grows/);
      assert.equal(reportOf({ seed, values: perRequest(12_000, 100e6) }).exitCode, 0, 'let go when idle');
      assert.equal(reportOf({ seed, values: perRequest(1500) }).exitCode, 0, 'as much as a healthy service gains');
    }
  });

  test('RSS that jumps with each heap snapshot and stays is none', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const jumps: RunPlan['values'] = ({ tMs, normal }) => ({
        'process.rss': 160e6 + 60e6 * [450_000, 1_600_000, 3_000_000].filter((at) => at < tMs).length + 5e5 * normal(),
      });
      assert.deepEqual(sureLeaks(reportOf({ ...hour, seed, values: jumps })), []);
    }
  });

  test('what follows a leak of the heap is part of it', () => {
    const follows: RunPlan['values'] = ({ requests, normal }) => ({
      'process.rss': 160e6 + 900 * requests + 5e5 * normal(),
    });
    const leaks = sureLeaks(reportOf({ ...hour, seed: 5, populations: [leak(1800)], values: follows }));
    assert.deepEqual(
      leaks.map(({ kind }) => kind),
      ['js-heap-leak'],
    );
  });
});

test('buffers without snapshots show by their series', () => {
  for (const seed of SEEDS) {
    const values: RunPlan['values'] = ({ requests, normal, isLoaded }) => ({
      'heap.external': 4e6 + 4096 * requests + (isLoaded ? 3e5 * Math.abs(normal()) : 0),
    });
    const [finding] = sureLeaks(reportOf({ seed, snapshots: 0, values }));
    assert.equal(finding?.kind, 'external-memory-leak', `seed ${seed}`);
    assert.equal(finding?.confidence, 'likely');
  }
});

test('every check says what it saw, or that it could not', () => {
  const { checked } = reportOf({ seed: 3 });
  assert.equal(new Set(checked.map(({ check }) => check)).size, checked.length);
  assert.ok(checked.every(({ detail }) => detail.length > 5));
  const heap = checked.find(({ check }) => check === 'JS heap');
  assert.match(heap?.detail ?? '', /smallest leak this run could detect/);
});
