import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { HeapGrowth } from '../../src/model/heap-growth.ts';
import type { Report } from '../../src/model/report.ts';
import { type Population, type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const SEEDS = [3, 14, 15, 92, 65, 35];
const EACH = 2_000;

/** A chain of jobs: what snapshot `i` finds of it hangs on place `i` of three. */
function movingChain(plan: Partial<RunPlan>, kept: (requests: number) => number): Report {
  const jobs: Population = { suspect: { class: 'Job' }, bytesEach: EACH, count: ({ requests }) => kept(requests) };
  return analyse(
    syntheticRun({ seed: 3, ratePerSecond: 60, snapshots: 5, ...plan, populations: [jobs], change: scatter }),
  );
}

function scatter(run: RunData): RunData {
  const growth = run.heapGrowth as HeapGrowth;
  const [whole] = growth.suspects;
  if (!whole) return run;
  const { counts, bytes } = whole;
  const at = (place: number, values: readonly number[]): number[] =>
    values.map((value, i) => (i % 3 === place ? value : 0));
  const suspects = [0, 1, 2].map((place) => ({
    ...whole,
    signature: `${whole.signature} ${place}`,
    holder: { container: 'chain' as const, class: `Root${place}`, knownBy: null, owner: null },
    counts: at(place, counts),
    bytes: at(place, bytes),
    shareOfGrowth: 0.3,
  }));
  const classes = [{ class: 'Job', counts, shallowBytes: bytes, retainedBytes: bytes }];
  return { ...run, heapGrowth: { ...growth, suspects, classes } };
}

describe('growth whose place moves from snapshot to snapshot', () => {
  test('is one suspect, by what it is made of', () => {
    for (const seed of SEEDS) {
      const { findings, verdict } = movingChain({ seed }, (requests) => requests);
      const sure = findings.filter(({ confidence }) => confidence !== 'possible');
      assert.deepEqual(
        sure.map(({ kind, subject }) => [kind, subject.class]),
        [['js-heap-leak', 'Job']],
        `seed ${seed}`,
      );
      assert.equal(verdict, 'fail');
      assert.match(sure[0]?.evidence.map(({ what }) => what).join(' ') ?? '', /wherever they are held: `Job` [\d, ]+/);
    }
  });

  test('a chain that levels off is none', () => {
    for (const seed of SEEDS) {
      const { findings } = movingChain({ seed }, (requests) => Math.min(900, requests));
      assert.deepEqual(
        findings.filter(({ confidence }) => confidence !== 'possible'),
        [],
        `seed ${seed}`,
      );
    }
  });
});
