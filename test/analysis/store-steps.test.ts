import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { HeapSuspect } from '../../src/model/heap-growth.ts';
import type { Report } from '../../src/model/report.ts';
import { fieldOf } from '../helpers/holders.ts';
import { leak } from '../helpers/populations.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

/** As V8 sizes the table of a Map: twice as large when it is full, a little over three words an entry. */
function tableBytes(entries: number): number {
  let capacity = 4;
  while (capacity < entries) capacity *= 2;
  return 28 * capacity;
}

/** As V8 sizes the elements of an array that is pushed to. */
function elementBytes(entries: number): number {
  let capacity = 17;
  while (capacity < entries) capacity = Math.floor(1.5 * capacity) + 16;
  return 8 * capacity;
}

/** A service that keeps numbers, so many after so many requests, in one store. */
function analyseStore(
  entriesAfter: (requests: number) => number,
  change: Partial<HeapSuspect> = {},
  plan: Partial<RunPlan> = {},
): Report {
  const container = change.holder?.container === 'array' ? elementBytes : tableBytes;
  return analyse(
    syntheticRun({
      seed: 5,
      snapshots: 5,
      populations: [leak(1)],
      ...plan,
      change: (run) => {
        const growth = run.heapGrowth ?? assert.fail();
        const [like] = growth.suspects;
        assert.ok(like);
        const suspect: HeapSuspect = {
          ...like,
          class: 'references',
          counts: growth.requests.map(() => 1),
          bytes: growth.requests.map((requests) => container(entriesAfter(requests ?? 0))),
          shareOfGrowth: 0.9,
          ...change,
        };
        return { ...run, heapGrowth: { ...growth, suspects: [suspect] } };
      },
    }),
  );
}

const steady = (perRequest: number) => (requests: number) => perRequest * requests;

describe('a store of numbers that grows for ever never levels off', () => {
  for (const perRequest of [5, 7, 10, 13, 20, 27, 40]) {
    test(`a Map that gains ${perRequest} a request is left open`, () => {
      const report = analyseStore(steady(perRequest));
      assert.equal(report.exitCode, 5, JSON.stringify(report.checked[0]));
      const [finding] = report.findings;
      assert.equal(finding?.kind, 'js-heap-leak');
      assert.equal(finding?.confidence, 'possible');
      assert.match(
        finding?.against[0] ?? '',
        /^Its store grows in steps \(.* by snapshot\)\..* times as long would show which it is\.$/,
      );
      assert.equal(report.gates.find(({ name }) => name === 'leak')?.status, 'unknown');
    });
  }

  test('so is an array', () => {
    const holder = fieldOf('Ledger', 'array', 'totals');
    for (const perRequest of [10, 20, 35]) assert.equal(analyseStore(steady(perRequest), { holder }).exitCode, 5);
  });
});

describe('what the steps rule out, or something explains, passes', () => {
  test('a store that was full in the first of three intervals', () => {
    const report = analyseStore((requests) => Math.min(60_000, 40 * requests), {}, { durationMs: 120_000 });
    const filled = analyseStore((requests) => (requests < 3000 ? 2000 : 60_000));
    assert.deepEqual([report.exitCode, filled.exitCode], [0, 0]);
    assert.match(filled.checked.find(({ check }) => check === 'JS heap')?.detail ?? '', /levelled off/);
  });

  test('a holder with a bound in sight', () => {
    assert.equal(analyseStore(steady(20), { boundHints: ['max'] }).exitCode, 0);
  });

  test('a small table, and many stores of one kind', () => {
    assert.equal(analyseStore(steady(0.1)).exitCode, 0);
    assert.equal(analyseStore(steady(20), { holders: 12, counts: [12, 12, 12, 12, 12] }).exitCode, 0);
  });
});
