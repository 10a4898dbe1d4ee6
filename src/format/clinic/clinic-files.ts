import type { SamplingHeapProfile } from '../../model/profiles.ts';
import type { Microseconds, WallMs } from '../../model/units.ts';
import type { WeightedTree } from '../../model/weighted-tree.ts';
import { parseJson } from '../parse-json.ts';
import { fields, listOf, moment, number, oneOf, text } from '../shape.ts';
import { flameTicks } from './flame-ticks.ts';
import { encodeProcessStats, type ProcessStat } from './process-stat.ts';

export type ClinicTool = 'clinic-doctor' | 'clinic-flame' | 'clinic-heapprofiler';

/** A file of Clinic: its path relative to the parent of its folders. */
export interface ClinicFile {
  readonly path: string;
  readonly content: string | Uint8Array | Iterable<string>;
}

/** What Clinic wants to know of the process. */
export interface ClinicProcess {
  readonly pid: number;
  /** `v22.23.3`; null if unknown. */
  readonly nodeVersion: string | null;
  readonly cwd: string;
}

/** One moment on both clocks, by which Clinic places trace events on the time axis. */
export interface ClockPair {
  readonly wallMs: WallMs;
  /** Of the host's monotonic clock. */
  readonly monoUs: Microseconds;
}

/** A collection, as V8's trace events have it: `ts` and `dur` in microseconds of the monotonic clock. */
export interface GcEvent {
  readonly name: string;
  readonly ts: Microseconds;
  readonly dur: Microseconds;
}

/** `clinic/1.json` of a run folder. */
export interface ClinicWindowFile {
  readonly schema: 'profiler-clinic-window/1';
  readonly clock: ClockPair;
  readonly stats: readonly ProcessStat[];
  readonly gcEvents: readonly GcEvent[];
}

const readWindow = fields<ClinicWindowFile>({
  schema: oneOf('profiler-clinic-window/1'),
  clock: fields<ClockPair>({ wallMs: moment, monoUs: number }),
  stats: listOf(
    fields<ProcessStat>({
      timestampMs: moment,
      delayMs: number,
      cpuCores: number,
      rssBytes: number,
      heapTotalBytes: number,
      heapUsedBytes: number,
      externalBytes: number,
      arrayBuffersBytes: number,
      handles: number,
      loopUtilization: number,
    }),
  ),
  gcEvents: listOf(fields<GcEvent>({ name: text, ts: number, dur: number })),
});

/** Throws a ProfilerError `clinic-window-invalid` (exit 2). */
export function parseClinicWindow(bytes: Uint8Array, file: string): ClinicWindowFile {
  const hint = 'Export another window of the run with --from and --for.';
  return parseJson(bytes, { file, code: 'clinic-window-invalid', hint }, (value) => readWindow(value, ''));
}

/** What the files are made for: Clinic looks at nothing else of it. */
const TOOL_VERSION = '13.0.0';

export function doctorFiles(
  process: ClinicProcess,
  stats: readonly ProcessStat[],
  events: readonly GcEvent[],
  { wallMs, monoUs }: ClockPair,
): ClinicFile[] {
  const seconds = Math.floor(monoUs / 1e6);
  const clock = { hrtime: [seconds, Math.round((monoUs - seconds * 1e6) * 1000)], unixtime: wallMs };
  const traceEvents = events.map(({ name, ts, dur }) => ({
    pid: process.pid,
    tid: process.pid,
    ts,
    ph: 'X',
    cat: 'v8',
    name,
    dur,
    args: {},
  }));
  return folderOf(process, 'clinic-doctor', {
    systeminfo: JSON.stringify({ clock, nodeVersions: versionsOf(process), toolVersion: TOOL_VERSION }),
    processstat: encodeProcessStats(stats),
    traceevent: JSON.stringify({ traceEvents }),
  });
}

export function flameFiles(process: ClinicProcess, tree: WeightedTree): ClinicFile[] {
  const info = {
    mainDirectory: process.cwd,
    pathSeparator: process.cwd.includes('\\') ? '\\' : '/',
    nodeVersions: versionsOf(process),
    toolVersion: TOOL_VERSION,
  };
  return folderOf(process, 'clinic-flame', {
    systeminfo: JSON.stringify(info),
    samples: flameTicks(tree),
    inlinedfunctions: '{}',
  });
}

/** One file: V8's sampling heap profile as it is. Clinic reads a list of samples, but uses none. */
export function heapProfilerFiles({ pid }: ClinicProcess, profile: SamplingHeapProfile): ClinicFile[] {
  return [
    {
      path: `${pid}.clinic-heapprofiler`,
      content: JSON.stringify({ head: profile.head, samples: profile.samples ?? [] }),
    },
  ];
}

function folderOf(
  { pid }: ClinicProcess,
  tool: ClinicTool,
  parts: Readonly<Record<string, ClinicFile['content']>>,
): ClinicFile[] {
  const folder = `${pid}.${tool}`;
  return Object.entries(parts).map(([part, content]) => ({ path: `${folder}/${folder}-${part}`, content }));
}

function versionsOf({ nodeVersion }: ClinicProcess): { readonly node: string } {
  return { node: (nodeVersion ?? UNKNOWN_VERSION).replace(/^v/, '') };
}

/** Where nobody knows. */
const UNKNOWN_VERSION = 'v0.0.0';
