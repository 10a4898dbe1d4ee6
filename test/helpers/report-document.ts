import type { Finding } from '../../src/model/finding.ts';
import type { FlameDiffNode, FlameNode } from '../../src/model/flame.ts';
import type { HeapGrowth } from '../../src/model/heap-growth.ts';
import type { SourcePlace } from '../../src/model/profiles.ts';
import type { Report } from '../../src/model/report.ts';
import type { ReportDocument, ReportSeries, TimelineEvent } from '../../src/model/report-document.ts';

/** Noise between -1 and 1, the same on every run. */
function noise(i: number): number {
  const x = Math.sin(i * 12.9898) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

const SECONDS = Array.from({ length: 61 }, (_, i) => i);

function series(name: string, title: string, unit: ReportSeries['unit'], valueAt: (t: number) => number): ReportSeries {
  return { name, title, unit, points: SECONDS.map((tSec) => ({ tSec, value: valueAt(tSec) })) };
}

const loadAt = (t: number): number => (t < 2 || t > 50 || (t > 7 && t < 10) ? 0 : 1);
const loadedSeconds = (t: number): number => SECONDS.filter((s) => s <= t && loadAt(s) === 1).length;

function allSeries(leakBytesPerSecond: number): ReportSeries[] {
  return [
    series(
      'process.rss',
      'Resident memory (RSS)',
      'bytes',
      (t) => 98e6 + leakBytesPerSecond * 1.2 * loadedSeconds(t) + 3e6 * noise(t),
    ),
    series(
      'heap.live',
      'JS heap live after the last major collection',
      'bytes',
      (t) => 21e6 + leakBytesPerSecond * loadedSeconds(t),
    ),
    series('process.cpu', 'CPU, percent of one core', 'percent', (t) => 4 + loadAt(t) * (34 + 5 * noise(t + 7))),
    series(
      'loop.delay.p99',
      'Event-loop delay, 99th percentile',
      'ms',
      (t) => 11 + loadAt(t) * 3 * (1 + noise(t + 3)) + (t === 24 ? 310 : 0),
    ),
    series('gc.major.time', 'Time in major collections', 'ms', (t) => 6 * Math.floor(t / 6)),
    series('load.requests', 'Requests completed by the load engine', 'count', (t) => 62 * loadedSeconds(t)),
    series('process.fds', 'Open descriptors', 'count', (t) => 31 + 20 * loadAt(t)),
    series('resources.sockets', 'Active TCP sockets', 'count', (t) => 1 + 20 * loadAt(t)),
  ];
}

function place(file: string, line: number, column: number, fn: string, pkg: string | null = null): SourcePlace {
  return { file, line, column, function: fn, package: pkg };
}

const ENQUEUE = place('src/demo/audit/queue.ts', 41, 17, 'enqueueAudit');
const LOCK_PROOF = place('src/demo/routes/lock-proof.ts', 88, 3, 'lockProof');

interface FlameSpec {
  readonly place: SourcePlace | null;
  readonly name: string;
  readonly self: number;
  readonly before?: number;
  readonly children?: readonly FlameSpec[];
}

const HTTP = place('node:_http_server', 1013, 1, 'parserOnIncoming');
const HASH = place('src/demo/proof/hash.ts', 19, 10, 'hashPayload');
const QUERY = place('node_modules/pg/lib/client.js', 526, 9, 'query', 'pg@8.23.1');

const TREE: FlameSpec = {
  name: '(root)',
  place: null,
  self: 0,
  children: [
    { name: '(idle)', place: null, self: 6_100_000, before: 6_320_000 },
    { name: '(garbage collector)', place: null, self: 410_000, before: 190_000 },
    {
      name: 'parserOnIncoming',
      place: HTTP,
      self: 120_000,
      before: 118_000,
      children: [
        {
          name: 'emit',
          place: place('node:events', 508, 44, 'emit'),
          self: 60_000,
          before: 61_000,
          children: [
            {
              name: 'lockProof',
              place: LOCK_PROOF,
              self: 240_000,
              before: 236_000,
              children: [
                {
                  name: 'hashPayload',
                  place: HASH,
                  self: 1_420_000,
                  before: 1_390_000,
                  children: [
                    { name: 'update', place: null, self: 310_000, before: 305_000 },
                    { name: 'digest', place: null, self: 180_000, before: 176_000 },
                  ],
                },
                {
                  name: 'enqueueAudit',
                  place: ENQUEUE,
                  self: 330_000,
                  before: 120_000,
                  children: [{ name: 'set', place: null, self: 210_000, before: 40_000 }],
                },
                {
                  name: 'query',
                  place: QUERY,
                  self: 190_000,
                  before: 194_000,
                  children: [
                    {
                      name: 'prepareValue',
                      place: place('node_modules/pg/lib/utils.js', 40, 18, 'prepareValue', 'pg@8.23.1'),
                      self: 90_000,
                      before: 88_000,
                    },
                  ],
                },
              ],
            },
            { name: 'health', place: place('src/demo/routes/health.ts', 7, 3, 'health'), self: 30_000, before: 31_000 },
          ],
        },
      ],
    },
    {
      name: 'processTicksAndRejections',
      place: place('node:internal/process/task_queues', 72, 35, 'processTicksAndRejections'),
      self: 40_000,
      before: 41_000,
      children: [
        {
          name: '(anonymous)',
          place: place('src/demo/routes/lock-proof.ts', 97, 31, '(anonymous)'),
          self: 150_000,
          before: 149_000,
        },
      ],
    },
  ],
};

function flameOf(spec: FlameSpec, scale = 1): FlameNode {
  const children = (spec.children ?? []).map((child) => flameOf(child, scale));
  const selfUs = Math.round(spec.self * scale);
  const valueUs = selfUs + children.reduce((sum, child) => sum + child.valueUs, 0);
  return { name: spec.name, place: spec.place, selfUs, valueUs, children };
}

function flameDiffOf(spec: FlameSpec): FlameDiffNode {
  const children = (spec.children ?? []).map(flameDiffOf);
  const beforeSelfUs = spec.before ?? 0;
  return {
    name: spec.name,
    place: spec.place,
    selfUs: spec.self,
    beforeSelfUs,
    valueUs: spec.self + children.reduce((sum, child) => sum + child.valueUs, 0),
    beforeUs: beforeSelfUs + children.reduce((sum, child) => sum + child.beforeUs, 0),
    children,
  };
}

const COUNTS = [12, 980, 1861, 2742];

/** A leak as the demo service plants it: one entry of a Map a request, never deleted. */
export const PENDING_LEAK: Finding = {
  id: 'b2c41f09',
  kind: 'js-heap-leak',
  confidence: 'confirmed',
  severity: 'critical',
  rank: 1,
  title: 'Every request adds one `OrderAudit` to the Map `pending`, and nothing removes it.',
  subject: {
    class: 'OrderAudit',
    holder: 'Map `pending` of module queue.ts',
    path: ['(GC root) module src/demo/audit/queue.ts', 'context variable `pending`: Map', 'value of <key>: OrderAudit'],
    source: { file: ENQUEUE.file, line: ENQUEUE.line, column: ENQUEUE.column, function: ENQUEUE.function },
    package: null,
    added: [
      {
        file: ENQUEUE.file,
        line: 43,
        column: 17,
        function: ENQUEUE.function,
        package: null,
        excerpt: 'this.pending.set(audit.id, audit);',
        context: {
          first: 41,
          lines: [
            '  enqueueAudit(proof: Proof): void {',
            '    const audit = new OrderAudit(proof);',
            '    this.pending.set(audit.id, audit);',
            '    this.outbox.send(audit);',
            '  }',
          ],
        },
        runs: 138,
        perRequest: 1.01,
      },
    ],
    removed: [
      {
        file: ENQUEUE.file,
        line: 48,
        column: 17,
        function: 'confirm',
        package: null,
        excerpt: 'this.pending.delete(id);',
        runs: 0,
      },
    ],
  },
  growth: {
    bytesPerHour: 251_000_000,
    bytesPerHourCI: [238_000_000, 264_000_000],
    bytesPerRequest: 1314,
    objectsPerRequest: 1,
    shareOfGrowth: 0.978,
    timeToLimitMs: 6_120_000,
    limit: { name: "V8's heap limit", bytes: 536_870_912 },
    timeToLimitCI: [5_760_000, 6_540_000],
  },
  firstSeenMs: 10_000,
  allocatedAt: [
    { share: 0.71, stack: [ENQUEUE, LOCK_PROOF] },
    { share: 0.22, stack: [place('src/demo/audit/order-audit.ts', 9, 5, 'OrderAudit'), ENQUEUE, LOCK_PROOF] },
  ],
  countSeries: COUNTS,
  evidence: [
    { what: 'It grows in each of the 3 intervals between snapshots.', file: 'heap/4.heapsnapshot' },
    { what: 'It grows with the requests: 1.00 `OrderAudit` a request in every interval.', file: 'requests.ndjson' },
    {
      what: 'All of what was born in each interval is still alive in the last snapshot (881 of 881).',
      file: 'heap/4.heapsnapshot',
    },
    { what: 'The idle tail and a collection did not shrink it.', file: 'samples.ndjson' },
  ],
  against: ['A cache that is still filling looks the same until it is full; no `max` or `ttl` was found on this Map.'],
  recommendation:
    'Delete the entry when the audit is done, in a `finally`, or bound the Map (a maximum size, oldest out first).',
  verify: 'profiler verify profiles/2026-11-22T23-00-00-demo --finding b2c41f09',
};

const POSSIBLE_GROWTH: Finding = {
  id: '77aa01c3',
  kind: 'latency-degradation',
  confidence: 'possible',
  severity: 'minor',
  rank: 2,
  title: 'p99 of `lock-proof` rose from 38 ms to 44 ms during the run.',
  subject: { class: 'lock-proof', holder: '', path: [], source: null, package: null },
  growth: {
    bytesPerHour: null,
    bytesPerHourCI: null,
    bytesPerRequest: null,
    objectsPerRequest: null,
    shareOfGrowth: null,
    timeToLimitMs: null,
    timeToLimitCI: [null, null],
    perHour: 430,
    perHourUnit: 'ms',
  },
  evidence: [{ what: 'Theil-Sen slope 0.12 ms a second, p = 0.02.', file: 'requests.ndjson' }],
  against: ['40 seconds of steady load are too short to tell a trend from one slow spell.'],
  recommendation: 'Run for at least 30 minutes before acting on it.',
  verify: 'profiler verify profiles/2026-11-22T23-00-00-demo --finding 77aa01c3',
};

const REPORT: Report = {
  schema: 'profiler-report/1',
  run: {
    id: '2026-11-22T23-00-00-demo',
    startedAt: '2026-11-22T23:00:00.000Z',
    durationMs: 60_212,
    requests: 2742,
    coverage: 0.9836,
    target: { pid: 41213, node: 'v22.23.3', name: 'evidence-archive' },
  },
  verdict: 'fail',
  exitCode: 1,
  gates: [
    { name: 'leak', limit: 'none', measured: 1, unit: 'suspects', status: 'fail' },
    { name: 'rss max', limit: '512MiB', measured: 168_400_000, unit: 'bytes', status: 'pass' },
    { name: 'lock-proof p(99)', limit: '<500ms', measured: 44.1, unit: 'ms', status: 'pass' },
    { name: 'errors', limit: '<1%', measured: 0.0004, unit: 'share', status: 'pass' },
    { name: 'db.connections', limit: '<50', measured: null, unit: 'count', status: 'unknown' },
  ],
  findings: [PENDING_LEAK, POSSIBLE_GROWTH],
  checked: [
    { check: 'JS heap', status: 'finding', detail: 'smallest leak this run could detect: 4.1 MB/h' },
    { check: 'sockets', status: 'ok', detail: 'flat; smallest leak this run could detect: 0.4 sockets a minute' },
    { check: 'timers', status: 'ok', detail: 'flat; smallest leak this run could detect: 1 timer in 200 requests' },
    { check: 'descriptors', status: 'ok', detail: 'flat between 31 and 51' },
    { check: 'native memory', status: 'insufficient-data', detail: '60 s are too short to tell it from fragmentation' },
  ],
  requests: [
    {
      name: 'lock-proof',
      count: 2050,
      errors: 1,
      dropped: 0,
      aborted: 0,
      late: 0,
      ratePerSecond: 46.1,
      p50Ms: 9.2,
      p90Ms: 18.7,
      p95Ms: 24.4,
      p99Ms: 44.1,
      maxMs: 322,
      service: { p50Ms: 9.1, p99Ms: 43.8, maxMs: 321 },
    },
    {
      name: 'health',
      count: 692,
      errors: 0,
      dropped: 0,
      aborted: 0,
      late: 0,
      ratePerSecond: 15.6,
      p50Ms: 1.1,
      p90Ms: 2.3,
      p95Ms: 3.2,
      p99Ms: 9.6,
      maxMs: 305,
      service: { p50Ms: 1.1, p99Ms: 9.4, maxMs: 304 },
    },
  ],
};

const HEAP: HeapGrowth = {
  comparison: 'ids',
  comparisonReason: 'object ids were kept from the first snapshot to the last',
  snapshots: [1, 2, 3, 4].map((n) => ({
    file: `heap/${n}.heapsnapshot`,
    nodes: 210_000 + 9_000 * n,
    edges: 890_000 + 41_000 * n,
    bytes: 38e6 + 2e6 * n,
    totalShallowBytes: 19e6 + 1.2e6 * n,
  })),
  requests: [0, 968, 1849, 2730],
  growthBytes: 3_670_000,
  classes: [
    {
      class: 'OrderAudit',
      counts: COUNTS,
      shallowBytes: COUNTS.map((n) => n * 214),
      retainedBytes: COUNTS.map((n) => n * 1314),
    },
    {
      class: '(string)',
      counts: [48_100, 50_900, 52_700, 54_400],
      shallowBytes: [4.2e6, 4.9e6, 5.6e6, 6.3e6],
      retainedBytes: [4.2e6, 4.9e6, 5.6e6, 6.3e6],
    },
    {
      class: 'Map',
      counts: [318, 319, 319, 319],
      shallowBytes: [10_176, 10_208, 10_208, 10_208],
      retainedBytes: [402e3, 1.6e6, 2.8e6, 4.0e6],
    },
    {
      class: 'Socket',
      counts: [3, 23, 23, 3],
      shallowBytes: [600, 4600, 4600, 600],
      retainedBytes: [39e3, 299e3, 299e3, 39e3],
    },
  ],
  suspects: [],
};

function capture(tSec: number, label: string, pauseMs: number): TimelineEvent {
  return {
    tSec,
    endSec: tSec + pauseMs / 1000,
    kind: 'capture',
    label,
    detail: `${label}, target paused`,
    pauseMs,
  };
}

const TIMELINE: TimelineEvent[] = [
  { tSec: 0, endSec: 7, kind: 'phase', label: 'warm-up', detail: 'load 20 users', pauseMs: null },
  {
    tSec: 7,
    endSec: 10,
    kind: 'phase',
    label: 'baseline',
    detail: 'load paused, collections, snapshot 1',
    pauseMs: null,
  },
  capture(8, 'heap snapshot 1', 410),
  { tSec: 10, endSec: 50, kind: 'phase', label: 'steady', detail: 'load 20 users, CPU windows', pauseMs: null },
  capture(24, 'heap snapshot 2', 455),
  {
    tSec: 31.2,
    endSec: 33.4,
    kind: 'gap',
    label: 'gap',
    detail: '2.2 s without a sample: the sampler was late',
    pauseMs: null,
  },
  capture(38, 'heap snapshot 3', 480),
  { tSec: 50, endSec: 60, kind: 'phase', label: 'idle tail', detail: 'no load', pauseMs: null },
  capture(58, 'heap snapshot 4', 512),
  { tSec: 60.2, endSec: 60.2, kind: 'end', label: 'end', detail: 'completed', pauseMs: null },
];

/** What a soak of 60 s over the demo service with its planted leak comes to. */
export function leakDocument(): ReportDocument {
  return {
    report: REPORT,
    endReason: 'completed',
    scenario: 'evidence-archive, 20 users',
    series: allSeries(70_000),
    latency: REPORT.requests.map(({ name, p50Ms, p95Ms, p99Ms }) => ({
      name,
      points: SECONDS.filter((t) => loadAt(t) === 1).map((tSec) => ({
        tSec,
        count: 46,
        errors: tSec === 24 ? 1 : 0,
        p50Ms: p50Ms * (1 + 0.1 * noise(tSec)),
        p95Ms: p95Ms * (1 + 0.15 * noise(tSec + 1)),
        p99Ms: p99Ms * (1 + 0.2 * noise(tSec + 2)) + (tSec === 24 ? 260 : 0),
      })),
    })),
    timeline: TIMELINE,
    flames: [
      {
        id: 'first',
        title: 'First window',
        detail: '10.0 to 20.0 s, 620 requests, 1,998 samples',
        root: flameOf(TREE, 0.95),
      },
      { id: 'last', title: 'Last window', detail: '40.0 to 50.0 s, 618 requests, 1,997 samples', root: flameOf(TREE) },
      { id: 'diff', title: 'Last against first', detail: 'time a request', root: flameDiffOf(TREE) },
    ],
    hotFunctions: [
      {
        name: 'hashPayload',
        place: HASH,
        selfUs: 1_420_000,
        totalUs: 1_910_000,
        selfShare: 0.364,
        totalShare: 0.49,
        firstSelfShare: 0.37,
        lastSelfShare: 0.36,
      },
      {
        name: '(garbage collector)',
        place: null,
        selfUs: 410_000,
        totalUs: 410_000,
        selfShare: 0.105,
        totalShare: 0.105,
        firstSelfShare: 0.052,
        lastSelfShare: 0.105,
      },
      {
        name: 'enqueueAudit',
        place: ENQUEUE,
        selfUs: 330_000,
        totalUs: 540_000,
        selfShare: 0.085,
        totalShare: 0.138,
        firstSelfShare: 0.033,
        lastSelfShare: 0.085,
      },
      {
        name: 'query',
        place: QUERY,
        selfUs: 190_000,
        totalUs: 280_000,
        selfShare: 0.049,
        totalShare: 0.072,
        firstSelfShare: 0.05,
        lastSelfShare: 0.049,
      },
    ],
    heap: HEAP,
    snapshots: [8, 24, 38, 58].map((tSec, i) => ({
      file: `heap/${i + 1}.heapsnapshot`,
      tSec,
      phase: ['baseline', 'steady', 'steady', 'idle-tail'][i] ?? '',
      requests: HEAP.requests[i] ?? null,
      fileBytes: HEAP.snapshots[i]?.bytes ?? 0,
      heapUsedBytes: 21e6 + 1.2e6 * i,
      pauseMs: [410, 455, 480, 512][i] ?? 0,
    })),
    notes: ['60 of 61 samples; 1 gap of 2.2 s at 31.2 s: the sampler was late.'],
    method: [
      { name: 'profiler', value: '0.1.0, node v20.20.2' },
      { name: 'host', value: 'linux 6.1.0, 2 cores, 8.4 GB' },
      { name: 'snapshots', value: 'compared by object id' },
      { name: 'CPU', value: 'windows of 10 s, sampling interval 5 ms' },
    ],
    cost: [
      { what: 'heap snapshot', count: 4, totalPauseMs: 1857, longestPauseMs: 512 },
      { what: 'CPU profile start', count: 1, totalPauseMs: 21, longestPauseMs: 21 },
      { what: 'samples', count: 60, totalPauseMs: 19, longestPauseMs: 0.9 },
    ],
    files: [
      { path: 'report.md', what: 'this report as text', sizeBytes: null, sensitive: false },
      { path: 'report.json', what: 'this report for programs (profiler-report/1)', sizeBytes: null, sensitive: false },
      {
        path: 'cpu/4.cpuprofile',
        what: 'CPU profile of the last window; opens in DevTools and speedscope',
        sizeBytes: 412_000,
        sensitive: false,
      },
      { path: 'heap/4.heapsnapshot', what: 'heap snapshot 4; opens in DevTools', sizeBytes: 46e6, sensitive: true },
    ],
  };
}

/** A healthy service: nothing grows, and the report says how small a leak it could have seen. */
export function healthyDocument(): ReportDocument {
  const leak = leakDocument();
  return {
    ...leak,
    report: {
      ...REPORT,
      verdict: 'pass',
      exitCode: 0,
      gates: REPORT.gates.map((gate) => (gate.name === 'leak' ? { ...gate, measured: 0, status: 'pass' } : gate)),
      findings: [],
      checked: REPORT.checked.map((check) => (check.status === 'finding' ? { ...check, status: 'ok' } : check)),
    },
    series: allSeries(0),
    heap: null,
    notes: [],
  };
}

/** A run that ended before anything could be judged. */
export function scarceDocument(): ReportDocument {
  const leak = leakDocument();
  return {
    ...leak,
    report: {
      ...REPORT,
      run: { ...REPORT.run, durationMs: 4_100, requests: 0, coverage: 0.5 },
      verdict: 'inconclusive',
      exitCode: 5,
      gates: REPORT.gates.map((gate) => ({ ...gate, measured: null, status: 'unknown' })),
      findings: [],
      checked: REPORT.checked.map(({ check }) => ({
        check,
        status: 'insufficient-data',
        detail: 'the run ended 4.1 s after its start; at least 30 s are needed',
      })),
      requests: [],
    },
    endReason: 'target-lost',
    scenario: null,
    series: [],
    latency: [],
    timeline: TIMELINE.slice(0, 1),
    flames: [],
    hotFunctions: [],
    heap: null,
    snapshots: [],
    notes: ['The target was lost 4.1 s into the run and did not come back.'],
    cost: [],
  };
}
