import type { RunData } from '../../../src/analysis/run-data.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
import type { SnapshotRecord } from '../../../src/model/run-manifest.ts';
import type { Sample } from '../../../src/model/sample.ts';
import type { Milliseconds } from '../../../src/model/units.ts';
import { planPhases } from '../../../src/soak/plan-phases.ts';
import { seededNormal, seededRandom } from '../../helpers/series.ts';
import { manifestOf } from '../../helpers/synthetic-run.ts';
import { CELLS, type Condition } from './conditions.ts';
import type { Behaviour, Draw, SeriesClass } from './series-classes.ts';

/** Signals that carry the same behaviour, each with noise of its own, each judged by the check that judges it in a soak. */
export type Carrier = 'heap' | 'native' | 'delay';
export const CARRIERS: readonly Carrier[] = ['heap', 'native', 'delay'];

/** Where a signal stands: bytes, bytes, milliseconds. */
export const LEVELS: Readonly<Record<Carrier, number>> = { heap: 80e6, native: 300e6, delay: 80 };
const HEAP_LIMIT = 10 * LEVELS.heap;

export interface MadeRun {
  readonly run: RunData;
  readonly judgedMs: Milliseconds;
  /** What the signal was in truth at the end of the judged time, and at what slope it grew (a millisecond). */
  readonly truth: Readonly<Record<Carrier, { readonly level: number; readonly slope: number }>>;
  readonly heapLimit: number;
}

export interface MakeOptions {
  readonly seriesClass: SeriesClass;
  readonly condition: Condition;
  readonly seed: number;
  /** What the leak adds over the judged time, as a share of the level of each carrier. */
  readonly growth: Readonly<Record<Carrier, number>>;
}

const START_MS = 5_000_000;
const SNAPSHOTS = 5;
/** RSS moves by what allocators and the kernel deal out. */
const RSS_QUANTUM = 262_144;

/** A run as the tool records it: phases, collections, snapshots and samples of a service whose truth is known. */
export function makeRun({ seriesClass, condition, seed, growth }: MakeOptions): MadeRun {
  const { durationMs, sampleIntervalMs } = condition.length;
  const random = seededRandom(seed);
  const normal = seededNormal(seed + 77_777);
  const plan = planPhases(durationMs, SNAPSHOTS, true);
  const judgedMs = plan.steadyMs;
  const shareAt = (tMs: number): number => Math.min(1, (tMs - plan.warmUpMs) / judgedMs);
  const behaviour = seriesClass.draw(drawFrom(random, judgedMs));
  const signals = Object.fromEntries(
    CARRIERS.map((carrier) => [carrier, signal(carrier, behaviour, growth[carrier], condition, normal)]),
  ) as Record<Carrier, (share: number) => number>;
  const valueAt = (carrier: Carrier, tMs: number): number => signals[carrier](shareAt(tMs));

  const restartsMs = (behaviour.restarts ?? []).map((share) => plan.warmUpMs + share * judgedMs);
  const segmentAt = (tMs: number): number => restartsMs.filter((at) => at <= tMs).length;
  const isRecorded = (tMs: number): boolean =>
    (behaviour.gaps ?? []).every(([from, to]) => shareAt(tMs) < from || shareAt(tMs) > to);
  const wallOffset = (tMs: number): number =>
    (behaviour.wallClockJumps ?? []).reduce((sum, [at, jumpMs]) => sum + (shareAt(tMs) >= at ? jumpMs : 0), 0);
  const at = (tMs: number): { readonly wallMs: number; readonly monoMs: number } => ({
    wallMs: 1.79e12 + tMs + wallOffset(tMs),
    monoMs: START_MS + tMs,
  });

  const stops = plan.checkpoints.map(({ atShare, snapshot }) => ({
    tMs: plan.warmUpMs + atShare * judgedMs - 1,
    snapshot,
  }));
  const snapshotsMs = [
    plan.warmUpMs,
    ...stops.filter(({ snapshot }) => snapshot).map(({ tMs }) => tMs),
    durationMs - 1,
  ];
  const forcedMs = [...snapshotsMs, ...stops.filter(({ snapshot }) => !snapshot).map(({ tMs }) => tMs)];
  const collections = [
    ...naturalCollections(durationMs, sampleIntervalMs, random).map((tMs) => ({ tMs, forced: false })),
    ...forcedMs.map((tMs) => ({ tMs, forced: true })),
  ]
    .sort((a, b) => a.tMs - b.tMs)
    .filter(({ tMs }) => isRecorded(tMs))
    .map(({ tMs, forced }) => {
      // What was allocated while a collection marked stays until the next one.
      const floating = forced ? 0 : 0.01 * LEVELS.heap * Math.abs(normal());
      return { tMs, forced, bytes: valueAt('heap', tMs) + floating };
    });

  const snapshots = snapshotsMs.map((tMs, i) => snapshotRecord(tMs, i, segmentAt(tMs)));
  const manifest = manifestOf(durationMs, 'scenario', snapshots);
  return {
    run: {
      manifest: {
        ...manifest,
        plan: { ...manifest.plan, sampleIntervalMs },
        segments: [0, ...restartsMs].map((tMs, i) => ({ pid: 100 + i, startTicks: i, startMonoMs: START_MS + tMs })),
      },
      samples: makeSamples(),
      events: makeEvents(),
      requests: [],
      thresholds: [],
      heapGrowth: null,
      heapGrowthError: null,
      cpu: null,
      allocationGrowth: [],
      placeOf: () => null,
      damage: [],
    },
    judgedMs,
    heapLimit: HEAP_LIMIT,
    truth: truthOf(),
  };

  function makeSamples(): Sample[] {
    const samples: Sample[] = [];
    let next = 0;
    let live = valueAt('heap', 0);
    for (let tMs = 0; tMs <= durationMs; tMs += sampleIntervalMs) {
      let isNews = false;
      for (let collection = collections[next]; collection && collection.tMs <= tMs; collection = collections[next]) {
        live = collection.bytes;
        isNews = true;
        next += 1;
      }
      if (!isRecorded(tMs)) continue;
      const snapshotCount = snapshotsMs.filter((taken) => taken <= tMs).length;
      // Each snapshot leaves resident memory higher.
      const native = valueAt('native', tMs) + 20e6 * snapshotCount;
      const rss = Math.round((native + 200e6) / RSS_QUANTUM) * RSS_QUANTUM;
      samples.push({
        ...at(tMs),
        segment: segmentAt(tMs),
        lateMs: 0,
        values: {
          'process.rss': rss,
          'process.cpu': 30 + 3 * normal(),
          'process.threads': 11,
          'process.fds.file': 3,
          'process.fds.socket': 20 + Math.round(3 * normal()),
          'process.fds.pipe': 4,
          'process.fds.anon': 5,
          'process.fds.other': 2,
          'heap.used': live + LEVELS.heap * 0.3 * random(),
          'heap.total': 195e6,
          'heap.limit': HEAP_LIMIT,
          ...(isNews ? { 'heap.live': live } : {}),
          'heap.external': 5e6 + 1e5 * Math.abs(normal()),
          'loop.delay.p99': valueAt('delay', tMs),
          'gc.major.time': 0.005 * tMs,
          'gc.minor.time': 0.01 * tMs,
          'gc.other.time': 0.001 * tMs,
          'resources.timers': 5 + Math.round(2 * Math.abs(normal())),
          'requests.served': Math.round(0.05 * tMs),
        },
      });
    }
    return samples;
  }

  function makeEvents(): RunEvent[] {
    const steadyEnd = plan.warmUpMs + judgedMs;
    const events: RunEvent[] = [
      { ...at(0), type: 'phase', phase: 'warm-up', edge: 'start' },
      { ...at(plan.warmUpMs), type: 'phase', phase: 'warm-up', edge: 'end' },
      { ...at(plan.warmUpMs), type: 'phase', phase: 'baseline', edge: 'start' },
      { ...at(plan.warmUpMs), type: 'phase', phase: 'baseline', edge: 'end' },
      { ...at(plan.warmUpMs), type: 'phase', phase: 'steady', edge: 'start' },
      { ...at(steadyEnd), type: 'phase', phase: 'steady', edge: 'end' },
      { ...at(steadyEnd), type: 'phase', phase: 'idle-tail', edge: 'start' },
      { ...at(durationMs), type: 'phase', phase: 'idle-tail', edge: 'end' },
      ...collections.map(({ tMs, bytes, forced }): RunEvent => ({ ...at(tMs), type: 'live-heap', bytes, forced })),
      { ...at(durationMs), type: 'end', reason: 'completed', detail: '' },
    ];
    return events.sort((a, b) => a.monoMs - b.monoMs);
  }

  function truthOf(): MadeRun['truth'] {
    return Object.fromEntries(
      CARRIERS.map((carrier) => [
        carrier,
        {
          level: LEVELS[carrier] * (1 + behaviour.healthy(1) + growth[carrier] * behaviour.leaked(1)),
          slope:
            (LEVELS[carrier] * growth[carrier] * (behaviour.leaked(0.01) - behaviour.leaked(0))) / (0.01 * judgedMs),
        },
      ]),
    ) as unknown as MadeRun['truth'];
  }
}

/** The behaviour on its level, with noise that repeats itself from cell to cell (an autoregressive process of first order). */
function signal(
  carrier: Carrier,
  { healthy, leaked, quantum }: Behaviour,
  growth: number,
  { noise, persistence }: Condition,
  normal: () => number,
): (share: number) => number {
  const level = LEVELS[carrier];
  // The warm-up is an eighth of a run at most, so a seventh of the judged time and a half of it are enough.
  const before = Math.ceil(CELLS / 3);
  let state = normal();
  const cells = Array.from({ length: CELLS + before + 1 }, () => {
    state = persistence * state + Math.sqrt(1 - persistence ** 2) * normal();
    return state;
  });
  return (share) => {
    const cell = cells[Math.max(0, Math.min(cells.length - 1, Math.floor(share * CELLS) + before))] ?? 0;
    const value = level * (1 + healthy(share) + growth * leaked(share) + noise * cell);
    return quantum === undefined ? value : Math.round(value / (quantum * level)) * quantum * level;
  };
}

function drawFrom(random: () => number, judgedMs: Milliseconds): Draw {
  return {
    between: (low, high) => low + (high - low) * random(),
    judgedMs,
  };
}

/** Major collections come every few seconds in a busy service and every few minutes in a calm one. */
function naturalCollections(durationMs: Milliseconds, sampleMs: Milliseconds, random: () => number): number[] {
  const everyMs = Math.max(2 * sampleMs, durationMs / (30 + 270 * random()));
  const times: number[] = [];
  for (let tMs = everyMs * random(); tMs < durationMs; tMs += everyMs * (0.5 + random())) times.push(tMs);
  return times;
}

function snapshotRecord(tMs: number, index: number, segment: number): SnapshotRecord {
  return {
    file: `heap/${index + 1}.heapsnapshot`,
    monoMs: START_MS + tMs,
    segment,
    idEpoch: String(index),
    requests: null,
    bytes: 30e6,
    pauseMs: 350,
    heapUsedBytes: LEVELS.heap,
    phase: 'steady',
  };
}
