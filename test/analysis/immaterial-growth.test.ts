import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AfterCollection } from '../../src/analysis/heap/after-collection.ts';
import { afterCollection } from '../../src/analysis/heap/after-collection.ts';
import { growthBehaviour } from '../../src/analysis/heap/growth-tests.ts';
import { judgeSuspect } from '../../src/analysis/heap/judge-suspect.ts';
import { viewRun } from '../../src/analysis/run-view.ts';
import { snapshotIntervals } from '../../src/analysis/snapshot-intervals.ts';
import { TrendTable } from '../../src/analysis/trend-table.ts';
import type { HeapSuspect } from '../../src/model/heap-growth.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const run = syntheticRun({
  seed: 11,
  durationMs: 10 * 60_000,
  snapshots: 5,
  // No whole number a request: some requests leave one.
  populations: [{ suspect: { class: 'Entry' }, bytesEach: 30, count: ({ requests }) => Math.floor(requests * 0.0277) }],
});

function confidenceOf(change: Partial<HeapSuspect>, verdict: 'flat' | 'growing'): string | null {
  const view = viewRun(run);
  const growth = run.heapGrowth;
  assert.ok(growth?.suspects[0]);
  const suspect = { ...growth.suspects[0], ...change };
  const behaviour = growthBehaviour(suspect, snapshotIntervals(view, growth) ?? []);
  assert.ok(behaviour.whole === null && behaviour.gainedBytes < 1e6, JSON.stringify(behaviour));
  const context = { ...view, trends: new TrendTable(view) } as Parameters<typeof afterCollection>[0];
  const heap = afterCollection(context);
  assert.ok(heap.entry);
  const line: AfterCollection = { ...heap, entry: { ...heap.entry, verdict }, isGrowing: verdict === 'growing' };
  return judgeSuspect(suspect, behaviour, line).confidence;
}

test('what is 7 % of less than a megabyte of growth, while the heap is level, is possible and no more', () => {
  assert.equal(confidenceOf({ shareOfGrowth: 0.07 }, 'flat'), 'possible');
  assert.notEqual(confidenceOf({ shareOfGrowth: 0.5 }, 'flat'), 'possible');
  assert.notEqual(confidenceOf({ shareOfGrowth: 0.07 }, 'growing'), 'possible');
});
