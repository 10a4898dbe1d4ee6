import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSourceMap, UnusableSourceMap } from '../../src/capture/read-source-map.ts';
import { loadConfig } from '../../src/cli/load-config.ts';
import { allocationGrowth } from '../../src/cpu/allocation-sites.ts';
import { buildFlame, flameOf } from '../../src/cpu/build-flame.ts';
import { weightedTree } from '../../src/cpu/call-tree.ts';
import { hottestFunctions } from '../../src/cpu/function-times.ts';
import { LongStretches } from '../../src/cpu/long-stretches.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { profileNodes } from '../../src/cpu/profile-nodes.ts';
import { importDoctor, readDoctor } from '../../src/exchange/import-clinic.ts';
import { importAsRun, type NewRunOptions } from '../../src/exchange/import-results.ts';
import { readResults } from '../../src/exchange/read-results.ts';
import { formatBaseline, parseBaseline } from '../../src/format/baseline-file.ts';
import { encodeProcessStats } from '../../src/format/clinic/process-stat.ts';
import { parseCpuProfile } from '../../src/format/cpu-profile.ts';
import { parseTargetQueries } from '../../src/format/database-file.ts';
import { encodeEvent, readEvent } from '../../src/format/event-line.ts';
import { parseHeapProfile } from '../../src/format/heap-profile.ts';
import { parseProfile } from '../../src/format/profile-files/parse-profile.ts';
import { PrometheusTextError, parsePrometheusText } from '../../src/format/prometheus-text.ts';
import { encodeRequestInterval, readRequestInterval } from '../../src/format/request-line.ts';
import { formatRunManifest, parseRunManifest } from '../../src/format/run-manifest.ts';
import { encodeSample, readSample } from '../../src/format/sample-line.ts';
import { encodeScrape, readScrape } from '../../src/format/scrape-line.ts';
import { ShapeError } from '../../src/format/shape.ts';
import { analyseGraph } from '../../src/heap/analyse-graph.ts';
import { GrowthMeasure } from '../../src/heap/growth/measure-growth.ts';
import { SnapshotParser } from '../../src/heap/snapshot-parser.ts';
import { summariseGraph } from '../../src/heap/summarise-graph.ts';
import { findWeakMapEdges } from '../../src/heap/weak-map-edges.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { scenarioOutline } from '../../src/scenario/scenario-outline.ts';
import { summariseRequests } from '../../src/stats/request-summary.ts';
import { readLimits } from '../../src/study/read-limits.ts';
import { profileOf } from '../cpu/profile-builder.ts';
import {
  COLLAPSED,
  CPU_PROFILE,
  HEAD_PROFILE,
  HEAP_PROFILE,
  PPROF,
  PROF_LOG,
  SPEEDSCOPE_EVENTED,
  SPEEDSCOPE_SAMPLED,
  TICKS,
  TRACE,
  ZERO_X_PAGE,
} from '../format/profile-samples.ts';
import { scanner, snapshotText } from '../heap/build-snapshot.ts';
import { decodeJournal } from '../helpers/decode-journal.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';
import { exampleManifest } from '../record/example-run.ts';
import { takeInConversation } from './conversation.ts';
import type { Kind } from './mutate.ts';
import { encode } from './mutate-bytes.ts';
import { RESULT_SEEDS } from './result-seeds.ts';

/** One reader of what others have written. */
export interface FuzzedReader {
  readonly kind: Kind;
  readonly seeds: () => readonly Uint8Array[];
  /** Reads what was made of a seed. Throws a ProfilerError where it refuses; anything else is a finding. `folder` is its own. */
  readonly read: (bytes: Uint8Array, folder: string) => unknown;
  /** What it may throw beside a ProfilerError, where whoever calls it expects that. */
  readonly refusals?: readonly (abstract new (
    ...parameters: never[]
  ) => Error)[];
}

const nothing = (): void => {};
const text = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);
const T = Date.parse('2026-03-01T10:00:00Z');

const NODES = Array.from({ length: 40 }, (_, index) => ({
  type: index === 0 ? 9 : index % 16,
  name: index === 0 ? '' : `name ${index % 12} "quoted" ü`,
  size: index * 8,
}));
const EDGES = NODES.flatMap(
  (_, index) =>
    [
      [index, index % 7, index % 7 === 1 || index % 7 === 4 ? index : `edge ${index % 10}`, (index * 7 + 1) % 40],
      [index, 2, 'next', (index + 1) % 40],
    ] as const,
);
const snapshotSeeds = (): Uint8Array[] =>
  (['old', 'new'] as const).map((layout) => encode(snapshotText({ nodes: NODES, edges: EDGES }, layout)));

function readSnapshot(bytes: Uint8Array, salvage: boolean): void {
  const parser = new SnapshotParser({ scanner, sizeBytes: bytes.length, salvage });
  parser.write(bytes);
  const graph = parser.end();
  const weakMaps = findWeakMapEdges(graph);
  const analysed = analyseGraph(graph, weakMaps);
  summariseGraph(analysed);
  const growth = new GrowthMeasure();
  for (const requests of [0, 100]) growth.add(graph, weakMaps, { file: 'x', fileBytes: 1, idEpoch: 'a', requests });
  growth.finish([analysed.aggregates, analysed.aggregates]);
}

const profile = profileOf(
  ['main;work;parse', 'main;(garbage collector)', '(idle)', 'main;work', 'main;work', ''].map((stack, index) => ({
    atUs: 1000 * index,
    stack,
  })),
  0,
  20_000,
);
const heapProfile = {
  head: {
    callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
    selfSize: 0,
    id: 1,
    children: [
      {
        callFrame: { functionName: 'f', scriptId: '3', url: 'file:///a.js', lineNumber: 3, columnNumber: 9 },
        selfSize: 1000,
        id: 2,
        children: [],
      },
    ],
  },
  samples: [{ size: 1000, nodeId: 2, ordinal: 1 }],
};

const PROFILE_JSONS = [
  { typeId: 'CPU', ...CPU_PROFILE },
  HEAD_PROFILE,
  HEAP_PROFILE,
  PROF_LOG,
  SPEEDSCOPE_EVENTED,
  SPEEDSCOPE_SAMPLED,
  TICKS,
  TRACE,
];

const CLINIC_INFO = { clock: { hrtime: [5, 0], unixtime: T }, nodeVersions: { node: '22.1.0' } };
const CLINIC_STATS = encodeProcessStats(
  Array.from({ length: 30 }, (_, n) => ({
    timestampMs: T + 100 * n,
    delayMs: n / 7,
    cpuCores: 0.5,
    rssBytes: 8e7 + n,
    heapTotalBytes: 3e7,
    heapUsedBytes: 2e7 + n,
    externalBytes: 1e6,
    arrayBuffersBytes: 1e4,
    handles: 12,
    loopUtilization: 0.4,
  })),
);

function newRunIn(folder: string): NewRunOptions {
  const { host } = exampleManifest();
  const runDir = join(folder, 'clinic.run');
  rmSync(runDir, { recursive: true, force: true });
  return { runDir, profilesDir: '', name: 'x', thresholds: {}, toolVersion: '0', host, overwrite: true };
}

async function readClinic(parts: Parameters<typeof readDoctor>[0], bytes: Uint8Array, folder: string): Promise<void> {
  // The whole way takes some milliseconds: one of some.
  if (bytes.length % 64 === 0) await importDoctor(parts, newRunIn(folder));
  else await readDoctor(parts);
}

function readAnyProfile(bytes: Uint8Array): void {
  const content = parseProfile(bytes, 'x');
  const placeOf = createPlaceOf([], new Map());
  const tree = content.kind === 'samples' ? weightedTree(mergeWindows([content.profile])) : content.tree;
  flameOf(tree, placeOf);
}

const RUN = syntheticRun({ seed: 7, durationMs: 20_000 });

/** A journal of a few lines, read as `readRun` reads it. */
function journal<Entry>(
  lines: readonly string[],
  read: (record: object) => Entry,
  use: (all: Entry[]) => void = nothing,
): FuzzedReader {
  return {
    kind: 'journal',
    seeds: () => [encode(lines.join(''))],
    read: (bytes) => {
      const entries = decodeJournal(bytes).records.flatMap(({ record }) => {
        try {
          return [read(record)];
        } catch (error) {
          if (error instanceof ShapeError) return [];
          throw error;
        }
      });
      use(entries);
    },
  };
}

const SCENARIO = `name: evidence-archive
baseUrl: http://127.0.0.1:3000
load: { model: closed, users: 200, thinkTime: 1s..3s, duration: 8h }
data:
  devices: { file: devices.csv, order: random }
  sizes: { values: [1, 2, "x"] }
setup:
  - request: { name: enroll, method: POST, path: /device/enroll, json: { id: "d-{{random(1,1000)}}", n: "{{number(sizes)}}" } }
    expect: { status: 200 }
    capture: { token: "$.enrollment_token" }
tasks:
  - weight: 3
    request: { name: lock, method: POST, path: "/lock/{{devices.id}}", headers: { authorization: "Bearer {{token}}" }, body: "{{sequence}}" }
    expect: { status: [200, 201] }
  - request: { name: health, path: /health }
thresholds:
  lock: [ "p(50)<50ms", "errors<0.1%" ]
  "*": [ { limit: "errors<1%", abortOnFail: true, after: 10s } ]
  resources: [ "cpu<80%", "rss<512MiB", "network<1Gbps" ]
`;
const OPEN_SCENARIO = `name: open
load: { model: open, stages: [ { rate: 50/s, duration: 2m }, { rate: 400/s, duration: 10m, jump: true, tasks: { get: 2 } } ] }
stress: { from: 10/s, to: 500/s, hold: 20s }
probe: { path: /health, rate: 5/s }
tasks:
  - &get { request: { name: get, path: / } }
`;
const DEVICES = 'id,name\n1,"a ""quoted"" name"\n2,plain\r\n3,"two\nlines"\n';
const CONFIG = `target: { port: 3000 }
scenario: load.yaml
rate: 50/s
duration: 8h
captures: { sample: 1s, snapshots: 4, maxPause: 10s, cpuInterval: 20ms, probes: true }
gates: { failOn: [leak, slo], slo: slo.yaml, thresholds: { "*": ["p(95)<300ms"] } }
metrics: { port: 9464, host: 127.0.0.1 }
out: profiles/x
`;
const MAP = {
  version: 3,
  sources: ['../src/a.ts', null],
  names: ['f', 'x'],
  mappings: 'AAAA,UCAAC;;AAAA,IAAI,CAAC,GAAG,CAAC;ACDAE',
};
const MAPS = [
  MAP,
  {
    version: 3,
    sections: [
      { offset: { line: 0, column: 0 }, map: MAP },
      { offset: { line: 9, column: 2 }, map: { ...MAP, sourceRoot: '../lib', ignoreList: [0] } },
    ],
  },
];

/** Writes a file and hands its path to what reads files. */
const inFile =
  (name: string, read: (path: string) => unknown): FuzzedReader['read'] =>
  (bytes, folder) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return read(path);
  };

async function importResults(file: string): Promise<void> {
  const results = await readResults([file], { startWallMs: null, onProgress: nothing });
  results.book.lines();
  // The whole way takes some milliseconds: one of some.
  if (readFileSync(file).length % 64 !== 0) return;
  const runDir = `${file}.run`;
  const { host } = exampleManifest();
  rmSync(runDir, { recursive: true, force: true });
  await importAsRun(results, {
    runDir,
    profilesDir: '',
    name: 'x',
    thresholds: {},
    toolVersion: '0',
    host,
    overwrite: true,
  });
}

const KIND_OF_RESULT: Readonly<Record<string, Kind>> = {
  'k6-json': 'lines',
  'vegeta-json': 'lines',
  'gatling-text': 'lines',
  'gatling-binary': 'binary',
  'jmeter-xml': 'text',
  'k6-summary': 'json',
  'vegeta-report': 'json',
  autocannon: 'json',
  artillery: 'json',
};
const RESULTS = Object.entries(RESULT_SEEDS).map(([name, seed]): [string, FuzzedReader] => [
  name,
  { kind: KIND_OF_RESULT[name] ?? 'csv', seeds: () => [seed()], read: inFile('results', importResults) },
]);

/** Every reader of what the tool has not just written itself, by name. */
export const READERS: Readonly<Record<string, FuzzedReader>> = {
  heapsnapshot: { kind: 'json', seeds: snapshotSeeds, read: (bytes) => readSnapshot(bytes, false) },
  'heapsnapshot-salvage': { kind: 'json', seeds: snapshotSeeds, read: (bytes) => readSnapshot(bytes, true) },
  cpuprofile: {
    kind: 'json',
    seeds: () => [encode(JSON.stringify(profile))],
    read: (bytes) => {
      const placeOf = createPlaceOf([], new Map());
      const parsed = parseCpuProfile(bytes, 'x.cpuprofile');
      const tree = mergeWindows([parsed]);
      buildFlame(tree, placeOf);
      hottestFunctions(tree, placeOf);
      new LongStretches(placeOf).add(profileNodes(parsed));
    },
  },
  heapprofile: {
    kind: 'json',
    seeds: () => [encode(JSON.stringify(heapProfile))],
    read: (bytes) => {
      const parsed = parseHeapProfile(bytes, 'x.heapprofile');
      allocationGrowth(parsed, parsed, createPlaceOf([], new Map()));
    },
  },
  'profile-json': {
    kind: 'json',
    seeds: () => PROFILE_JSONS.map((seed) => encode(JSON.stringify(seed))),
    read: readAnyProfile,
  },
  'profile-text': { kind: 'text', seeds: () => [encode(COLLAPSED), encode(ZERO_X_PAGE)], read: readAnyProfile },
  'profile-pprof': { kind: 'binary', seeds: () => [PPROF], read: readAnyProfile },
  'clinic-processstat': {
    kind: 'binary',
    seeds: () => [CLINIC_STATS],
    read: async (bytes, folder) => {
      const stats = join(folder, '1.clinic-doctor-processstat');
      writeFileSync(stats, bytes);
      await readClinic({ stats, events: null, info: null }, bytes, folder);
    },
  },
  'clinic-traceevent': {
    kind: 'json',
    seeds: () => [
      encode(JSON.stringify({ traceEvents: [{ name: 'V8.GCScavenger', cat: 'v8', ts: 5_000_000, dur: 900 }] })),
    ],
    read: async (bytes, folder) => {
      const [stats, events, info] = ['processstat', 'traceevent', 'systeminfo'].map((part) => join(folder, part)) as [
        string,
        string,
        string,
      ];
      writeFileSync(stats, CLINIC_STATS);
      writeFileSync(events, bytes);
      // The same file as both: what is no clock is refused.
      writeFileSync(info, bytes.length % 2 === 0 ? bytes : JSON.stringify(CLINIC_INFO));
      await readClinic({ stats, events, info }, bytes, folder);
    },
  },
  samples: journal(RUN.samples.slice(0, 6).map(encodeSample), (record) => readSample(record)),
  events: journal(RUN.events.slice(0, 20).map(encodeEvent), readEvent),
  requests: journal(RUN.requests.slice(0, 6).map(encodeRequestInterval), readRequestInterval, summariseRequests),
  scrapes: journal(
    [0, 1, 2].map((n) =>
      encodeScrape({
        wallMs: T + n,
        monoMs: n,
        segment: 0,
        tookMs: 3,
        exposed: 4,
        values: { 0: n, 1: 2.5 },
        error: null,
      }),
    ),
    readScrape,
  ),
  'run.json': {
    kind: 'json',
    seeds: () => [
      encode(
        formatRunManifest(
          exampleManifest({
            scripts: [
              {
                url: 'file:///a.js',
                mapFile: 'm.map',
                packageRoot: '/',
                packageName: null,
                packageVersion: null,
                jsonLines: [3],
                variables: { seen: 7 },
              },
            ],
          }),
        ),
      ),
    ],
    read: (bytes) => parseRunManifest(bytes),
  },
  queries: {
    kind: 'json',
    seeds: () => [
      encode(
        JSON.stringify({
          schema: 'profiler-queries/1',
          segment: 0,
          monoMs: 1,
          slowMs: 100,
          attributedRequests: 0,
          statements: [
            {
              text: 'select 1',
              calls: 1,
              errors: 0,
              rows: 1,
              totalMs: 1,
              maxMs: 1,
              p95Ms: 1,
              slow: 0,
              sites: [],
              routes: [],
            },
          ],
          uncounted: 0,
          slowest: [],
          pools: [],
        }),
      ),
    ],
    // Whoever reads these files leaves out the one that throws.
    refusals: [ShapeError, SyntaxError],
    read: (bytes) => parseTargetQueries(text(bytes)),
  },
  baseline: {
    kind: 'json',
    seeds: () => [
      encode(
        formatBaseline({
          schema: 'profiler-baseline/1',
          runs: [
            {
              id: 'r',
              startedAt: '2026-03-01T10:00:00Z',
              conditions: {
                target: 'x',
                node: 'v22',
                scenario: null,
                host: { platform: 'linux', cpus: 2, memoryBytes: 1 },
                durationMs: 1,
              },
              measures: [{ key: 'latency.p50', unit: 'ms', better: 'lower', value: 1, error: 0.1 }],
            },
          ],
        }),
      ),
    ],
    read: (bytes) => parseBaseline(bytes, 'b.json'),
  },
  scenario: {
    kind: 'yaml',
    seeds: () => [encode(SCENARIO), encode(OPEN_SCENARIO)],
    read: (bytes) => {
      scenarioOutline(parseScenario(text(bytes), { fileName: 's.yaml', readText: () => DEVICES }));
    },
  },
  'csv-data': {
    kind: 'csv',
    seeds: () => [encode(DEVICES)],
    read: (bytes) => parseScenario(SCENARIO, { fileName: 's.yaml', readText: () => text(bytes) }),
  },
  config: { kind: 'yaml', seeds: () => [encode(CONFIG)], read: inFile('profiler.config.yaml', loadConfig) },
  slo: {
    kind: 'yaml',
    seeds: () => [encode('lock: [ "p(95)<300ms", "errors<0.1%" ]\n"*": [ "rate>5/s" ]\nresources: [ "rss<512MiB" ]\n')],
    read: inFile('slo.yaml', (path) => readLimits({}, path)),
  },
  'source-map': {
    kind: 'json',
    seeds: () => MAPS.map((map) => encode(JSON.stringify(map))),
    refusals: [UnusableSourceMap],
    read: (bytes) => {
      const record = {
        url: 'file:///srv/a.js',
        mapFile: 'm',
        packageRoot: '/srv',
        packageName: null,
        packageVersion: null,
      };
      // As it lies in a run folder of somebody else, and as it lies beside a script.
      for (const map of [text(bytes), JSON.stringify(parseSourceMap(bytes, '/srv/a.js.map'))]) {
        const placeOf = createPlaceOf([record], new Map([['m', map]]));
        for (const [line, column] of [
          [0, 0],
          [0, 10],
          [2, 4],
          [9, 2],
          [1e6, 1e6],
          [-1, -1],
        ] as const)
          placeOf(record.url, line, column, 'f.g');
      }
    },
  },
  prometheus: {
    kind: 'text',
    seeds: () => [
      encode(`# HELP http_requests_total All of them.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
msdos{path="C:\\\\DIR",error="Cannot find:\\n\\"FILE\\""} 1.458255915e9
{"quoted.name","label.name"="x"} +Inf
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.05"} 24054 # {trace="a"} 0.5
latency_seconds_sum NaN
# EOF
`),
    ],
    refusals: [PrometheusTextError],
    read: (bytes) => parsePrometheusText(text(bytes)),
  },
  'inspector-frames': takeInConversation,
  ...Object.fromEntries(RESULTS),
};

/** Whether a reader may end a case with this error. */
export function isRefusal(reader: FuzzedReader, error: unknown): boolean {
  return error instanceof ProfilerError || (reader.refusals ?? []).some((refusal) => error instanceof refusal);
}

export function freshFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
