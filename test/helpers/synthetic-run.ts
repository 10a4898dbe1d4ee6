import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { HeapGrowth, HeapSuspect } from '../../src/model/heap-growth.ts';
import type { MetricName } from '../../src/model/metric-catalogue.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { RunManifest } from '../../src/model/run-manifest.ts';
import type { Sample } from '../../src/model/sample.ts';
import { variableOf } from './holders.ts';
import { seededNormal } from './series.ts';

/** The moment of a synthetic run: requests so far (by all, and by the name that leaks), and the same some time ago. */
export interface Moment {
  readonly tMs: number;
  readonly requests: number;
  readonly requestsAt: (tMs: number) => number;
}

/** Objects that a synthetic service holds. */
export interface Population {
  readonly suspect: Partial<HeapSuspect> & Pick<HeapSuspect, 'class'>;
  readonly bytesEach: number;
  /** How many live at a moment; fractions are rounded. */
  readonly count: (moment: Moment) => number;
  /** Bytes outside the heap, each. */
  readonly externalEach?: number;
}

export interface RunPlan {
  readonly seed: number;
  readonly durationMs?: number;
  readonly ratePerSecond?: number;
  /** Traffic as a multiple of `ratePerSecond`; even by default. */
  readonly traffic?: (tMs: number) => number;
  /** Snapshots in all; 4 by default: baseline, two in steady, one after the idle tail. 0: none. */
  readonly snapshots?: number;
  readonly load?: 'scenario' | 'none';
  readonly populations?: readonly Population[];
  /** Noise of the heap after collections. */
  readonly heapNoiseBytes?: number;
  /** Other values of the samples, from the moment and whether load comes. */
  readonly values?: (
    moment: Moment & { readonly isLoaded: boolean; readonly normal: () => number },
  ) => Partial<Record<MetricName, number>>;
  readonly latencyMs?: (moment: Moment & { readonly normal: () => number }) => number;
  readonly errorShare?: (moment: Moment) => number;
  readonly change?: (run: RunData) => RunData;
}

const NAMES: readonly (readonly [string, number])[] = [
  ['lock-proof', 0.5],
  ['ledger', 0.3],
  ['health', 0.2],
];
export const LEAKING_SHARE = 0.5;
const START_MS = 5_000_000;
const PAUSE_MS = 1_500;
const BASE_HEAP = 22e6;

/** A run as the tool records it, of a service whose truth is known. Every figure comes from the seed. */
export function syntheticRun(plan: RunPlan): RunData {
  const { seed, durationMs = 60_000, ratePerSecond = 200, snapshots = 4, load = 'scenario', traffic = () => 1 } = plan;
  const normal = seededNormal(seed);
  const warmUpMs = Math.min(durationMs / 8, 1_200_000);
  const idleMs = load === 'scenario' ? Math.min(durationMs / 6, 1_800_000) : 0;
  const steadyFrom = warmUpMs + PAUSE_MS;
  const steadyTo = durationMs - idleMs;
  const inSteady = snapshots - 2;
  const between = idleMs > 0 ? inSteady : inSteady + 1;
  const snapshotTimes =
    snapshots === 0
      ? []
      : [
          warmUpMs + 0.5 * PAUSE_MS,
          ...Array.from(
            { length: Math.max(0, inSteady) },
            (_, i) => steadyFrom + ((i + 1) / between) * (steadyTo - steadyFrom) - 100,
          ),
          durationMs - 200,
        ];
  const pauses = [
    { from: warmUpMs, to: steadyFrom },
    ...snapshotTimes.slice(1, -1).map((at) => ({ from: at - 500, to: at + PAUSE_MS - 500 })),
    ...(idleMs > 0 ? [{ from: steadyTo, to: durationMs + 1 }] : []),
  ].filter(() => load === 'scenario');
  const isLoaded = (tMs: number): boolean => pauses.every(({ from, to }) => tMs < from || tMs >= to);
  // Requests so far, by tenths of a second.
  const tenths: number[] = [0];
  for (let t = 100; t <= durationMs + 100; t += 100) {
    const expected = (ratePerSecond / 10) * traffic(t - 50);
    tenths.push(
      (tenths.at(-1) ?? 0) + (isLoaded(t - 50) ? Math.max(0, expected + 0.3 * Math.sqrt(expected) * normal()) : 0),
    );
  }
  const requestsAt = (tMs: number): number =>
    Math.round(tenths[Math.max(0, Math.min(tenths.length - 1, Math.round(tMs / 100)))] ?? 0);
  const momentAt = (tMs: number): Moment => ({ tMs, requests: requestsAt(tMs), requestsAt });
  const populations = plan.populations ?? [];
  const noise = plan.heapNoiseBytes ?? 40_000;
  const liveAt = (tMs: number): number =>
    BASE_HEAP +
    populations.reduce((sum, { bytesEach, count }) => sum + bytesEach * Math.round(count(momentAt(tMs))), 0) +
    noise * normal();
  const externalAt = (tMs: number): number =>
    3e6 +
    populations.reduce((sum, { externalEach = 0, count }) => sum + externalEach * Math.round(count(momentAt(tMs))), 0);

  const collections =
    durationMs <= 900_000 ? [1, 2, 3, 4, 5, 6, 7, 8].map((i) => steadyFrom + (i / 8.2) * (steadyTo - steadyFrom)) : [];
  const natural =
    durationMs > 900_000 ? Array.from({ length: Math.floor(durationMs / 60_000) - 1 }, (_, i) => (i + 1) * 60_000) : [];
  const at = (tMs: number): { readonly wallMs: number; readonly monoMs: number } => ({
    wallMs: 1.79e12 + tMs,
    monoMs: START_MS + tMs,
  });
  const events: RunEvent[] = [
    { ...at(0), type: 'phase', phase: 'warm-up', edge: 'start' },
    { ...at(0), type: 'load', state: 'started', detail: '' },
    { ...at(warmUpMs), type: 'phase', phase: 'warm-up', edge: 'end' },
    { ...at(warmUpMs), type: 'phase', phase: 'baseline', edge: 'start' },
    { ...at(steadyFrom), type: 'phase', phase: 'baseline', edge: 'end' },
    { ...at(steadyFrom), type: 'phase', phase: 'steady', edge: 'start' },
    { ...at(steadyTo), type: 'phase', phase: 'steady', edge: 'end' },
  ];
  if (load === 'none') events.splice(1, 1);
  if (idleMs > 0) {
    events.push({ ...at(steadyTo), type: 'phase', phase: 'idle-tail', edge: 'start' });
    events.push({ ...at(durationMs), type: 'phase', phase: 'idle-tail', edge: 'end' });
  }
  for (const { from, to } of pauses) {
    events.push({ ...at(from), type: 'load', state: 'paused', detail: '' });
    if (to < durationMs) events.push({ ...at(to), type: 'load', state: 'resumed', detail: '' });
  }
  for (const tMs of collections) events.push({ ...at(tMs), type: 'live-heap', bytes: liveAt(tMs), forced: true });
  for (const tMs of natural) {
    events.push({ ...at(tMs), type: 'live-heap', bytes: liveAt(tMs) + Math.abs(normal()) * 300_000, forced: false });
  }
  snapshotTimes.forEach((tMs, i) => {
    const cost = { startMonoMs: START_MS + tMs, endMonoMs: START_MS + tMs + 400, pauseMs: 350 };
    events.push({ ...at(tMs - 50), type: 'live-heap', bytes: liveAt(tMs), forced: true });
    events.push({
      ...at(tMs + 400),
      type: 'capture',
      capture: 'heap-snapshot',
      file: `heap/${i + 1}.heapsnapshot`,
      cost,
      bytes: 30e6,
      error: null,
    });
  });
  events.push({ ...at(durationMs), type: 'end', reason: 'completed', detail: '' });
  events.sort((a, b) => a.monoMs - b.monoMs);

  const samples: Sample[] = [];
  const stepMs = 1000;
  for (let tMs = 0; tMs <= durationMs; tMs += stepMs) {
    const moment = { ...momentAt(tMs), isLoaded: isLoaded(tMs), normal };
    const garbage = 6e6 * ((tMs / 7000) % 1) * (moment.isLoaded ? 1 : 0);
    const cpu = moment.isLoaded ? 30 + 2 * normal() : 1 + 0.2 * Math.abs(normal());
    samples.push({
      ...at(tMs),
      segment: 0,
      lateMs: 1,
      values: {
        'process.cpu': cpu,
        'process.rss': 110e6 + liveAt(tMs) + externalAt(tMs) + 4e5 * normal(),
        'process.threads': 11,
        'process.fds': 40,
        'process.fds.file': 3,
        'process.fds.socket': 20 + (moment.isLoaded ? 10 : 0),
        'process.fds.pipe': 4,
        'process.fds.anon': 5,
        'process.fds.other': 2,
        'heap.used': liveAt(tMs) + garbage,
        'heap.total': 48e6,
        'heap.limit': 4.3e9,
        'heap.external': externalAt(tMs) + (moment.isLoaded ? 2e5 * Math.abs(normal()) : 0),
        'loop.delay.p99': 11 + Math.abs(normal()),
        'gc.major.time': 5 * (tMs / 5000),
        'gc.minor.time': 8 * (tMs / 1000),
        'gc.other.time': tMs / 1000,
        'resources.timers': 3 + (moment.isLoaded ? Math.round(Math.abs(4 * normal())) : 0),
        'requests.served': moment.requests,
        ...(load === 'scenario' ? { 'load.requests': moment.requests } : {}),
        ...plan.values?.(moment),
      },
    });
  }

  const records = snapshotTimes.map((tMs, i) => ({
    file: `heap/${i + 1}.heapsnapshot`,
    monoMs: START_MS + tMs,
    segment: 0,
    idEpoch: String(i),
    requests: requestsAt(tMs),
    bytes: 30e6,
    pauseMs: 350,
    heapUsedBytes: liveAt(tMs),
    phase: i === 0 ? 'baseline' : idleMs > 0 && i === snapshotTimes.length - 1 ? 'idle-tail' : 'steady',
  }));
  const run: RunData = {
    manifest: manifestOf(durationMs, load, records),
    samples,
    events,
    requests: load === 'scenario' ? requestsOf(plan, durationMs, isLoaded, requestsAt, normal) : [],
    thresholds: [],
    heapGrowth: snapshotTimes.length < 2 ? null : growthOf(populations, snapshotTimes.map(momentAt), noise, normal),
    heapGrowthError: null,
    cpu: null,
    allocationGrowth: [],
    placeOf: (url, line0, column0, fn) =>
      url === ''
        ? null
        : {
            file: url.replace('file:///srv/app/dist/', 'src/').replace(/\.js$/, '.ts'),
            line: line0 + 1,
            column: column0 + 1,
            function: fn,
            package: null,
          },
    damage: [],
  };
  return plan.change ? plan.change(run) : run;
}

export function manifestOf(
  durationMs: number,
  load: 'scenario' | 'none',
  snapshots: RunManifest['snapshots'],
): RunManifest {
  return {
    schema: 'profiler-run/1',
    id: '2026-11-22T23-00-00-orders',
    tool: { version: '0.1.0', node: 'v20.20.2' },
    host: { platform: 'linux', release: '6.1.0', cpus: 2, memoryBytes: 8e9 },
    target: {
      pid: 4121,
      startTicks: 99,
      nodeVersion: 'v22.23.3',
      commandLine: ['node', 'dist/main.js'],
      cwd: '/srv/app',
      name: 'orders',
    },
    segments: [{ pid: 4121, startTicks: 99, startMonoMs: START_MS }],
    clock: { startWallMs: 1.79e12, startMonoMs: START_MS },
    plan: {
      durationMs,
      sampleIntervalMs: 1000,
      snapshots: snapshots.length,
      cpuIntervalUs: 5000,
      cpuWindowMs: 10_000,
      heapSamplingIntervalBytes: 65_536,
      load,
      failOn: ['leak', 'slo'],
      views: ['process', 'inside'],
    },
    scenario: load === 'scenario' ? { name: 'evidence-archive', baseUrl: 'http://127.0.0.1:3000', text: '' } : null,
    thresholds: {},
    snapshots,
    cpuWindows: [
      {
        file: 'cpu/1.cpuprofile',
        startMonoMs: START_MS,
        endMonoMs: START_MS + durationMs,
        segment: 0,
        requests: null,
      },
    ],
    heapProfiles: [],
    scripts: [],
  };
}

function growthOf(
  populations: readonly Population[],
  moments: readonly Moment[],
  noise: number,
  normal: () => number,
): HeapGrowth {
  const suspects = populations.map(({ suspect, bytesEach, externalEach = 0, count }): HeapSuspect => {
    const counts = moments.map((moment) => Math.round(count(moment)));
    const bytes = counts.map((each) => each * (bytesEach + externalEach));
    return {
      holder: variableOf('store.js', 'map', `${suspect.class.toLowerCase()}s`),
      holderId: 3,
      path: [
        { edge: '', node: '(GC root)', scope: { kind: 'module', file: 'store.js' }, repeat: 1, id: 1 },
        { edge: 'context variable `store`', node: 'Map', repeat: 1, id: 3 },
        { edge: 'value of <key>', node: suspect.class, repeat: 1, id: 5 },
      ],
      signature: `store.js > Map > ${suspect.class}`,
      anchorLocation: { scriptUrl: 'file:///srv/app/dist/store.js', line0: 40, column0: 16, functionName: 'keep' },
      classLocation: null,
      counts,
      bytes,
      cohorts: [],
      shareOfGrowth: 0,
      objectsPerRequest: null,
      bytesPerRequest: null,
      boundHints: [],
      ...suspect,
    };
  });
  const growthOfOne = (bytes: readonly number[]): number => (bytes.at(-1) ?? 0) - (bytes[0] ?? 0);
  const growthBytes = suspects.reduce((sum, { bytes }) => sum + growthOfOne(bytes), 0) + Math.abs(noise * normal());
  return {
    comparison: 'class-and-signature',
    comparisonReason: 'ids were not kept',
    snapshots: moments.map((_, i) => ({
      file: `heap/${i + 1}.heapsnapshot`,
      nodes: 2e5,
      edges: 8e5,
      bytes: 30e6,
      totalShallowBytes: 2e7,
    })),
    requests: moments.map(({ requests }) => requests),
    growthBytes,
    classes: [],
    // The engine ranks by growth and leaves out what never gained.
    suspects: suspects
      .map((suspect) => ({
        ...suspect,
        shareOfGrowth: Math.max(0, Math.min(1, growthOfOne(suspect.bytes) / growthBytes)),
      }))
      .filter(({ counts }) => Math.max(...counts) > (counts[0] ?? 0)),
  };
}

function requestsOf(
  plan: RunPlan,
  durationMs: number,
  isLoaded: (tMs: number) => boolean,
  requestsAt: (tMs: number) => number,
  normal: () => number,
): RequestInterval[] {
  const lengthMs = durationMs > 3_600_000 ? 60_000 : 500;
  const intervals: RequestInterval[] = [];
  for (let tMs = 0; tMs + lengthMs <= durationMs; tMs += lengthMs) {
    const all = requestsAt(tMs + lengthMs) - requestsAt(tMs);
    if (!isLoaded(tMs + lengthMs / 2) || all === 0) continue;
    for (const [name, share] of NAMES) {
      // Counted so that the sum over time is exact: tasks are dealt in turn.
      const count = Math.floor(requestsAt(tMs + lengthMs) * share) - Math.floor(requestsAt(tMs) * share);
      const moment = { tMs, requests: requestsAt(tMs), requestsAt, normal };
      const histogram = build({
        lowestDiscernibleValue: 1,
        highestTrackableValue: 600e6,
        numberOfSignificantValueDigits: 3,
      });
      const latencyMs = plan.latencyMs?.(moment) ?? 8;
      for (let i = 0; i < Math.min(count, 100); i += 1) {
        histogram.recordValue(Math.max(1, Math.round(1000 * latencyMs * Math.exp(0.3 * normal()))));
      }
      const encoded = encodeIntoCompressedBase64(histogram);
      intervals.push({
        startMonoMs: START_MS + tMs,
        endMonoMs: START_MS + tMs + lengthMs,
        name,
        count,
        errors: Math.round(count * (plan.errorShare?.(moment) ?? 0)),
        dropped: 0,
        late: 0,
        maxLateMs: 0,
        errorKinds: {},
        intended: encoded,
        service: encoded,
      });
    }
  }
  return intervals;
}
