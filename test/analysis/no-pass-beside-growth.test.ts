import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { leak } from '../helpers/populations.ts';
import { type Population, type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const BASE_HEAP = 22e6;

/** Keeps so many of the forced collections, the first and the last among them. */
function withCollections(run: RunData, count: number): RunData {
  const forced = run.events.filter((event) => event.type === 'live-heap' && event.forced);
  const kept = new Set(
    Array.from({ length: count }, (_, i) => forced[Math.round((i * (forced.length - 1)) / (count - 1))]),
  );
  return { ...run, events: run.events.filter((event) => event.type !== 'live-heap' || kept.has(event)) };
}

const traffic = fc.constantFrom<readonly [string, NonNullable<RunPlan['traffic']>]>(
  ['steady', () => 1],
  ['stops', (tMs) => (tMs < 47_000 ? 1 : 0)],
  ['waves', (tMs) => 1 + 0.7 * Math.sin(tMs / 3700)],
  ['stops and starts', (tMs) => (tMs % 25_000 < 17_000 ? 1 : 0)],
);
/** How what grows shows in the snapshots: as one group, as one with a bound in sight, as nothing. */
const sight = fc.constantFrom<readonly [string, Partial<RunPlan> & { readonly bounds?: readonly string[] }]>(
  ['named', {}],
  ['with a bound', { bounds: ['max'] }],
  ['no snapshots', { snapshots: 0 }],
  ['not compared', { change: (run) => ({ ...run, heapGrowth: null, heapGrowthError: 'the files were not read' }) }],
);

test('a pass never stands beside a live heap that grew with the requests and did not come back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      traffic,
      sight,
      fc.integer({ min: 3, max: 10 }),
      fc.double({ min: 0.15, max: 3, noNaN: true }),
      (seed, [shape, trafficOf], [how, { bounds = [], change, ...plan }], collections, share) => {
        const planted = leak((2 * share * BASE_HEAP) / 3600);
        const grown: Population = {
          ...planted,
          suspect: { ...planted.suspect, boundHints: bounds },
          count: ({ requests }) => requests,
        };
        const report = analyse(
          syntheticRun({
            seed,
            load: 'none',
            ratePerSecond: 60,
            traffic: trafficOf,
            heapNoiseBytes: 40_000,
            populations: [grown],
            ...plan,
            change: (run) => withCollections(change ? change(run) : run, collections),
          }),
        );
        assert.notEqual(report.verdict, 'pass', `${shape}, ${how}, ${collections} collections`);
      },
    ),
    { numRuns: 150, seed: 13 },
  );
});

test('a heap that does not grow, levels off or is released may pass', () => {
  const populations: readonly (readonly [string, NonNullable<RunPlan['populations']>])[] = [
    ['nothing grows', []],
    ['a cache that is full after a quarter', [{ ...leak(), count: ({ requests }) => Math.min(900, requests) }]],
    [
      'let go when the traffic ends',
      [{ ...leak(), count: ({ requests, requestsAt, tMs }) => requests - requestsAt(Math.max(0, tMs - 8000)) }],
    ],
  ];
  for (const [name, list] of populations) {
    for (const seed of [3, 14, 15, 92]) {
      const { verdict, checked } = analyse(
        syntheticRun({
          seed,
          load: 'none',
          ratePerSecond: 60,
          traffic: (tMs) => (tMs < 47_000 ? 1 : 0),
          populations: list.map((one) => ({ ...one, bytesEach: 8000 })),
        }),
      );
      assert.equal(verdict, 'pass', `${name}, seed ${seed}: ${checked[0]?.detail}`);
    }
  }
});
