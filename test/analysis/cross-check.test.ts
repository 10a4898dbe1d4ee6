import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { FoundDraft } from '../../src/analysis/check.ts';
import { crossCheck } from '../../src/analysis/cross-check.ts';
import type { Growth } from '../../src/model/finding.ts';
import type { FindingKind } from '../../src/model/finding-catalogue.ts';
import { fieldOf } from '../helpers/holders.ts';
import { leak } from '../helpers/populations.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const HOUR_MS = 3_600_000;

function draft(kind: FindingKind, growth: Partial<Growth>): FoundDraft {
  const none = { bytesPerHour: null, bytesPerHourCI: null, bytesPerRequest: null, objectsPerRequest: null };
  const noLimit = { shareOfGrowth: null, timeToLimitMs: null, timeToLimitCI: [null, null] } as const;
  return {
    id: kind,
    kind,
    confidence: 'confirmed',
    severity: 'major',
    title: 'These pile up.',
    subject: { class: 'thread', holder: 'its holder', path: [], source: null, package: null },
    growth: { ...none, ...noLimit, ...growth },
    evidence: [],
    against: [],
    recommendation: 'Close each pipe.',
    foundBy: 'JS heap',
  };
}

test('descriptors that rise with threads name the threads as the cause', () => {
  const threads = draft('thread-leak', { perHour: 7200, perHourUnit: 'threads' });
  const pipes = draft('fd-leak', { perHour: 14_400, perHourUnit: 'open pipes' });
  const [, beside] = crossCheck([threads, pipes]);
  assert.match(beside?.recommendation ?? '', /^End the threads first \(`thread`\)\. Close each pipe\.$/);
  assert.match(beside?.against[0] ?? '', /2 of these come with each/);
  assert.deepEqual(crossCheck([pipes]), [pipes]);
  const unrelated = draft('fd-leak', { perHour: 500_000, perHourUnit: 'open files' });
  assert.deepEqual(crossCheck([threads, unrelated])[1], unrelated);
});

test('a limit of memory that is far away is not told without that of descriptors, which is nearer', () => {
  const heap = draft('js-heap-leak', { timeToLimitMs: 108 * HOUR_MS });
  const sockets = draft('socket-leak', { perHour: 64_800, perHourUnit: 'sockets', timeToLimitMs: HOUR_MS });
  assert.match(
    crossCheck([heap, sockets])[0]?.evidence.at(-1)?.what ?? '',
    /^Sooner than that, in 1 h.*sockets pile up/,
  );
  const soon = draft('js-heap-leak', { timeToLimitMs: HOUR_MS / 2 });
  assert.deepEqual(crossCheck([soon, sockets])[0], soon);
});

const heldTimers = (values: NonNullable<RunPlan['values']>): RunPlan => ({
  seed: 5,
  populations: [{ ...leak(), suspect: { class: 'Timeout', holder: fieldOf('Reminders', 'map', 'byId') } }],
  values,
});
const kindOf = (plan: RunPlan) => {
  const [first] = analyse(syntheticRun(plan)).findings;
  return first && { kind: first.kind, says: first.evidence.some(({ what }) => what.includes('they have ended')) };
};

test('timers that a Map of the program keeps are a leak of timers only where more and more of them run', () => {
  const fired = kindOf(heldTimers(() => ({ 'resources.timers': 4 })));
  assert.deepEqual(fired, { kind: 'js-heap-leak', says: true });
  const running = kindOf(heldTimers(({ requests }) => ({ 'resources.timers': 4 + Math.floor(requests / 2) })));
  assert.deepEqual(running, { kind: 'timer-leak', says: false });
});

test('sockets found in the heap meet the limit of descriptors, where that is nearer than the one of memory', () => {
  const plan: RunPlan = {
    seed: 5,
    populations: [{ ...leak(), suspect: { class: 'Socket', holder: fieldOf('Partner', 'map', 'open') } }],
    values: ({ requests }) => ({
      'process.fds': 30 + requests,
      'process.fds.socket': 10 + requests,
      'process.fds.limit': 100_000,
    }),
  };
  const [first] = analyse(syntheticRun(plan)).findings;
  assert.equal(first?.kind, 'socket-leak');
  assert.ok((first?.growth?.timeToLimitMs ?? HOUR_MS) < HOUR_MS, `${first?.growth?.timeToLimitMs}`);
  assert.ok(first?.evidence.some(({ what }) => /limit of open descriptors \(100,000\)/.test(what)));
});

test('a store that keeps its keys beside its values is one leak', () => {
  const step = (edge: string, node: string, id: number) => ({ edge, node, repeat: 1, id });
  const path = (list: string, id: number, node: string) => [
    step('', '(GC root)', 1),
    step('context variable `cache`', 'LruCache', 7),
    step(`property \`${list}\``, 'Array', id),
    step('[*]', node, id + 1),
  ];
  const plan = (keysOf: number, boundHints: readonly string[] = []): RunPlan => ({
    seed: 5,
    populations: [
      {
        ...leak(),
        suspect: {
          class: 'Object {name, parts}',
          boundHints,
          holder: fieldOf('LruCache', 'array', 'values'),
          path: path('values', 9, 'Object {name, parts}'),
        },
      },
      {
        ...leak(),
        bytesEach: 80,
        suspect: {
          class: '(string)',
          holder: fieldOf('LruCache', 'array', 'keys'),
          path: path('keys', 11, '(string)').map((one) => (one.id === 7 ? { ...one, id: keysOf } : one)),
        },
      },
    ],
  });
  const classes = (keysOf: number) => analyse(syntheticRun(plan(keysOf))).findings.map(({ subject }) => subject.class);
  assert.deepEqual(classes(7), ['Object {name, parts}']);
  assert.deepEqual(classes(8), ['Object {name, parts}', '(string)']);
  // Values in doubt do not take the place of strings that are sure.
  const report = analyse(syntheticRun(plan(7, ['max'])));
  assert.deepEqual(
    report.findings.map(({ subject, confidence }) => [subject.class, confidence]),
    [
      ['(string)', 'confirmed'],
      ['Object {name, parts}', 'possible'],
    ],
  );
  assert.equal(report.exitCode, 1);
});

test('of two groups in one holder the surer stands for it, however many bytes the other has', () => {
  const holder = fieldOf('Ledger', 'map', 'entries');
  const inDoubt = { ...leak(2000), suspect: { class: 'Receipt', holder, boundHints: ['max'] } };
  const sure = { ...leak(200), suspect: { class: 'Entry', holder } };
  const report = analyse(syntheticRun({ seed: 5, populations: [inDoubt, sure] }));
  assert.deepEqual([report.findings[0]?.subject.class, report.exitCode], ['Entry', 1]);
});
