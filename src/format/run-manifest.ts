import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printableLines } from '../model/printable.ts';
import type {
  AllocationBurstRecord,
  ClinicWindowRecord,
  CpuWindowRecord,
  HeapProfileRecord,
  JournalSeal,
  RunManifest,
  RunSeal,
  ScenarioRecord,
  ScriptRecord,
  SnapshotRecord,
  TargetFacts,
  WorkerSnapshotRecord,
} from '../model/run-manifest.ts';
import type { ScrapedSeries, ScrapePlan } from '../model/scrape.ts';
import { crc32, hex } from './crc32.ts';
import { parseJson } from './parse-json.ts';
import {
  count,
  type Fields,
  fields,
  listOf,
  listOfDistinct,
  mapOf,
  member,
  moment,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Read,
  ShapeError,
  text,
} from './shape.ts';

const clinicFile: Read<string> = (value, path) => {
  if (text(value, path) === 'clinic/1.json') return 'clinic/1.json';
  throw new ShapeError(path, 'clinic/1.json', value);
};

/** A run folder may come from another machine: a file that it names must be in its own folders. */
const artefactFile: Read<string> = (value, path) => {
  if (!/^(cpu|heap)\/(?!\.)[^/\\\0]+$/.test(text(value, path))) {
    throw new ShapeError(path, 'a file in cpu/ or heap/ of the run folder', value);
  }
  return text(value, path);
};
const mapFile: Read<string> = (value, path) => {
  if (!/^(?!\.)[^/\\\0]+$/.test(text(value, path))) throw new ShapeError(path, 'the name of a file in sources/', value);
  return text(value, path);
};

const readTarget = fields<TargetFacts>({
  pid: count,
  startTicks: number,
  nodeVersion: nullable(text),
  commandLine: listOf(text),
  cwd: text,
  name: text,
  namedBy: optional(listOf(text)),
});

const snapshotFields: Fields<SnapshotRecord> = {
  file: artefactFile,
  monoMs: moment,
  segment: count,
  idEpoch: text,
  requests: nullable(number),
  bytes: number,
  pauseMs: number,
  heapUsedBytes: number,
  phase: text,
};
const readSnapshot = fields<SnapshotRecord>(snapshotFields);

const readWorkerSnapshot = fields<WorkerSnapshotRecord>({ ...snapshotFields, thread: count, name: text, url: text });

const readCpuWindow = fields<CpuWindowRecord>({
  file: artefactFile,
  startMonoMs: moment,
  endMonoMs: moment,
  segment: count,
  requests: nullable(number),
});

const readHeapProfile = fields<HeapProfileRecord>({
  file: artefactFile,
  monoMs: moment,
  segment: count,
  intervalBytes: number,
  requests: nullable(number),
});

const readBurst = fields<AllocationBurstRecord>({
  file: artefactFile,
  monoMs: moment,
  segment: count,
  intervalBytes: number,
  durationMs: number,
});

const readScriptFields = fields<Omit<ScriptRecord, 'jsonLines' | 'variables'>>({
  url: text,
  mapFile: nullable(mapFile),
  packageRoot: nullable(text),
  packageName: nullable(text),
  packageVersion: nullable(text),
});

const readSeries = fields<ScrapedSeries>({
  name: text,
  labels: mapOf(text),
  kind: oneOf('gauge', 'counter'),
  help: text,
});

const readScrape = fields<ScrapePlan>({
  url: text,
  intervalMs: number,
  series: listOf(readSeries),
  leftOut: listOf(fields({ metric: text, count })),
});

const readScript: Read<ScriptRecord> = (value, path) => {
  const jsonLines = member(object(value, path), 'jsonLines');
  const variables = member(object(value, path), 'variables');
  return {
    ...readScriptFields(value, path),
    ...(jsonLines === undefined ? {} : { jsonLines: listOf(count)(jsonLines, `${path}.jsonLines`) }),
    ...(variables === undefined ? {} : { variables: mapOf(count)(variables, `${path}.variables`) }),
  };
};

const readManifest = fields<RunManifest>({
  schema: oneOf('profiler-run/1'),
  id: text,
  tool: fields({ version: text, node: text }),
  host: fields({ platform: text, release: text, cpus: number, memoryBytes: number }),
  target: readTarget,
  segments: listOf(fields({ pid: count, startTicks: number, startMonoMs: moment })),
  clock: fields({ startWallMs: moment, startMonoMs: moment }),
  plan: fields<RunManifest['plan']>({
    durationMs: number,
    sampleIntervalMs: number,
    snapshots: number,
    cpuIntervalUs: number,
    cpuWindowMs: number,
    heapSamplingIntervalBytes: number,
    load: oneOf('none', 'scenario'),
    failOn: listOf(oneOf('leak', 'slo', 'degradation')),
    clinicWindowMs: optional(number),
    views: optional(listOf(oneOf('process', 'inside'))),
  }),
  otherClusterWorkers: optional(count),
  scenario: nullable(
    fields<ScenarioRecord>({
      name: text,
      baseUrl: text,
      text,
      source: optional(fields({ file: text, sha256: text })),
      digest: optional(text),
    }),
  ),
  thresholds: mapOf(listOf(text)),
  snapshots: listOfDistinct(readSnapshot, 'file'),
  cpuWindows: listOfDistinct(readCpuWindow, 'file'),
  heapProfiles: listOfDistinct(readHeapProfile, 'file'),
  scripts: listOf(readScript),
  scrape: optional(readScrape),
  allocationBurst: optional(readBurst),
  clinicWindow: optional(
    fields<ClinicWindowRecord>({ file: clinicFile, startMonoMs: moment, endMonoMs: moment, segment: count }),
  ),
  workerSnapshots: optional(listOfDistinct(readWorkerSnapshot, 'file')),
  code: optional(fields({ file: text })),
  seal: optional(
    fields<RunSeal>({
      journals: mapOf(fields<JournalSeal>({ lines: count, checksum: text, bytes: optional(count) })),
      files: mapOf(number),
      checksums: optional(mapOf(text)),
    }),
  ),
});

/**
 * Reads run.json. Throws a ProfilerError (exit 2): `run-too-new` when a later version of the tool wrote it,
 * `run-manifest-invalid` when it is damaged.
 */
export function parseRunManifest(bytes: Uint8Array, file = 'run.json'): RunManifest {
  const hint = 'The journals beside it may still be readable.';
  return parseJson(bytes, { file, code: 'run-manifest-invalid', hint }, (value) => {
    refuseLaterSchema(value, file);
    return readManifest(value, '');
  });
}

/** run.json as text: indented, since people read it too, with a checksum of its content as last member. */
export function formatRunManifest(manifest: RunManifest): string {
  return `${printableLines(JSON.stringify({ ...manifest, checksum: contentChecksum(manifest) }, null, 2))}\n`;
}

/**
 * Whether run.json holds what the tool wrote: `wrong` where it was edited or damaged, `missing` where it has no checksum,
 * as in runs of earlier versions. Spaces and line ends do not count. For a file that `parseRunManifest` could read.
 */
export function manifestChecksum(bytes: Uint8Array): 'right' | 'wrong' | 'missing' {
  const { checksum, ...content } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  if (checksum === undefined) return 'missing';
  return checksum === contentChecksum(content) ? 'right' : 'wrong';
}

function contentChecksum(content: object): string {
  return hex(crc32(new TextEncoder().encode(JSON.stringify(content))));
}

function refuseLaterSchema(value: unknown, file: string): void {
  const schema = member(object(value, ''), 'schema');
  const version = typeof schema === 'string' ? /^profiler-run\/(\d+)$/.exec(schema)?.[1] : undefined;
  if (version === undefined || Number(version) <= 1) return;
  throw new ProfilerError(
    'run-too-new',
    EXIT.usage,
    `${file}: written by a later version of the profiler (${schema}; this one reads up to profiler-run/1)`,
    'Update soak-profiler, or read the run with the version that recorded it.',
  );
}
