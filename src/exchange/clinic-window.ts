import { weightedTree } from '../cpu/call-tree.ts';
import { mergeWindows } from '../cpu/merge-windows.ts';
import {
  type ClinicFile,
  type ClinicTool,
  type ClockPair,
  doctorFiles,
  flameFiles,
  type GcEvent,
  heapProfilerFiles,
} from '../format/clinic/clinic-files.ts';
import type { ProcessStat } from '../format/clinic/process-stat.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { HeapProfileNode } from '../model/profiles.ts';
import type { Sample } from '../model/sample.ts';
import { formatDuration, type Milliseconds, type MonoMs } from '../model/units.ts';
import type { WeightedTree } from '../model/weighted-tree.ts';
import { readClinicWindow } from '../record/read-clinic-window.ts';
import { readCpuProfile, readHeapProfile } from '../record/read-profiles.ts';
import { type Run, readRun } from '../record/read-run.ts';
import { redactText } from '../redact/redact-text.ts';

/** More than that keeps Clinic busy for hours, or ends it for want of memory. */
export const LONGEST_CLINIC_MS: Milliseconds = 120_000;
const USUAL_CLINIC_MS: Milliseconds = 60_000;
const READINGS_PER_SAMPLE = 10;
/** A service whose event loop is blocked is read that much less often: just such a window is to be looked at. */
const FEWEST_TRACED = 20;
const FEWEST_READINGS = 20 * READINGS_PER_SAMPLE;

export interface ClinicWindowOptions {
  /** Since the start of the run; null: the window that was recorded for Clinic, or so that it ends with the load. */
  readonly fromMs: Milliseconds | null;
  /** Null: as long as that one, or a minute. */
  readonly forMs: Milliseconds | null;
  /** Told what the files lack, as text. */
  readonly note: (text: string) => void;
}

interface Window {
  readonly fromMono: MonoMs;
  readonly toMono: MonoMs;
}

/**
 * What a run folder recorded in a window, as the files of a tool of Clinic. Throws a ProfilerError (exit 2) where it
 * recorded none of it.
 */
export async function clinicFilesOfRun(
  runDir: string,
  tool: ClinicTool,
  options: ClinicWindowOptions,
): Promise<readonly ClinicFile[]> {
  const run = await readRun(runDir);
  const window = windowOf(run, options);
  switch (tool) {
    case 'clinic-doctor':
      return (await tracedDoctorOf(run, window)) ?? doctorOf(run, window, options.note);
    case 'clinic-flame':
      return flameFiles(processOf(run), withoutSecrets(await treeOf(run, window)));
    case 'clinic-heapprofiler':
      return heapOf(run, window, options.note);
  }
}

function windowOf(run: Run, { fromMs, forMs: wantedMs }: ClinicWindowOptions): Window {
  const { clinicWindow } = run.manifest;
  if (clinicWindow && fromMs === null && wantedMs === null)
    return { fromMono: clinicWindow.startMonoMs, toMono: clinicWindow.endMonoMs };
  const forMs = wantedMs ?? USUAL_CLINIC_MS;
  if (forMs > LONGEST_CLINIC_MS) {
    throw new ProfilerError(
      'window-too-long',
      EXIT.usage,
      `--for ${formatDuration(forMs)} is more than Clinic can analyse: from two minutes on it takes hours, or runs out of memory.`,
      `Choose at most ${formatDuration(LONGEST_CLINIC_MS)}, around what you want to see: --from 2h10m --for 60s`,
    );
  }
  const startMono = run.manifest.clock.startMonoMs;
  const endMono = Math.max(startMono, run.samples.at(-1)?.monoMs ?? startMono);
  const loadEnd = run.events.find(
    (event) => event.type === 'phase' && event.phase === 'steady' && event.edge === 'end',
  );
  const lastFrom = Math.min(loadEnd?.monoMs ?? endMono, endMono) - forMs;
  const fromMono = fromMs === null ? Math.max(startMono, lastFrom) : startMono + fromMs;
  if (fromMono < endMono) return { fromMono, toMono: fromMono + forMs };
  throw new ProfilerError(
    'window-outside',
    EXIT.usage,
    `--from ${formatDuration(fromMs ?? 0)} is after the end of the run, which lasted ${formatDuration(endMono - startMono)}.`,
    'Choose a moment within the run.',
  );
}

function processOf({ manifest: { target } }: Run): { pid: number; nodeVersion: string | null; cwd: string } {
  return { pid: target.pid, nodeVersion: target.nodeVersion, cwd: target.cwd };
}

async function treeOf(run: Run, { fromMono, toMono }: Window): Promise<WeightedTree> {
  const within = run.manifest.cpuWindows.filter(
    ({ startMonoMs, endMonoMs }) => startMonoMs < toMono && endMonoMs > fromMono,
  );
  const profiles = await Promise.all(within.map((record) => readCpuProfile(run, record)));
  const tree = mergeWindows(profiles, { fromUs: fromMono * 1000, toUs: toMono * 1000 });
  if (tree.samples > 0) return weightedTree(tree);
  throw lacks('no CPU profile', 'profiler cpu --clinic', run);
}

/** Null if nothing was recorded for Clinic in that window, or too little of it. */
async function tracedDoctorOf(run: Run, { fromMono, toMono }: Window): Promise<ClinicFile[] | null> {
  const record = run.manifest.clinicWindow;
  if (!record || record.startMonoMs >= toMono || record.endMonoMs <= fromMono) return null;
  const { clock, stats, gcEvents } = await readClinicWindow(run.dir, record);
  const isWithin = (monoMs: MonoMs): boolean => monoMs >= fromMono && monoMs <= toMono;
  // The clock of the target is that of the run only on one host.
  const offsetMs = run.manifest.clock.startWallMs - run.manifest.clock.startMonoMs;
  const within = stats.filter(({ timestampMs }) => isWithin(timestampMs - offsetMs));
  if (within.length < FEWEST_TRACED) return null;
  return doctorFiles(processOf(run), within, gcEvents, clock);
}

function doctorOf(run: Run, { fromMono, toMono }: Window, note: (text: string) => void): ClinicFile[] {
  const samples = run.samples.filter(({ monoMs }) => monoMs >= fromMono && monoMs < toMono);
  const stats = samples.flatMap((sample) => readingsOf(sample, run.manifest.plan.sampleIntervalMs));
  if (stats.length < FEWEST_READINGS)
    throw lacks(`only ${samples.length} samples of the process`, 'a longer --for', run);
  const everyMs = run.manifest.plan.sampleIntervalMs;
  note(
    `The run was sampled every ${formatDuration(everyMs)}, with its collections counted but not traced. Doctor is made for readings every 10 ms ` +
      'and may judge these differently: profiler cpu --clinic and soak --clinic-window record such a window.',
  );
  const [first] = samples;
  const clock: ClockPair = { wallMs: first?.wallMs ?? 0, monoUs: (first?.monoMs ?? 0) * 1000 };
  return doctorFiles(processOf(run), stats, collectionsOf(samples), clock);
}

/**
 * A sample as ten readings, nine with the median delay of the event loop and one with the longest: by these two Doctor
 * judges. Nothing if the process was not seen from both sides: a zero would be drawn as a dip.
 */
function readingsOf({ wallMs, values }: Sample, intervalMs: Milliseconds): ProcessStat[] {
  const cpu = values['process.cpu'];
  const rssBytes = values['process.rss'];
  const heapUsedBytes = values['heap.used'];
  if (cpu === undefined || rssBytes === undefined || heapUsedBytes === undefined) return [];
  const stepMs = intervalMs / READINGS_PER_SAMPLE;
  return Array.from({ length: READINGS_PER_SAMPLE }, (_, index) => {
    const isLast = index === READINGS_PER_SAMPLE - 1;
    return {
      timestampMs: wallMs - intervalMs + (index + 1) * stepMs,
      delayMs: values[isLast ? 'loop.delay.max' : 'loop.delay.p50'] ?? 0,
      cpuCores: cpu / 100,
      rssBytes,
      heapUsedBytes,
      heapTotalBytes: values['heap.total'] ?? heapUsedBytes,
      externalBytes: values['heap.external'] ?? 0,
      arrayBuffersBytes: values['heap.arrayBuffers'] ?? 0,
      handles: (values['resources.sockets'] ?? 0) + (values['resources.servers'] ?? 0),
      loopUtilization: values['loop.utilization'] ?? 0,
    };
  });
}

/** What was collected between two samples as one event of each kind: Doctor sums them up by the second anyway. */
function collectionsOf(samples: readonly Sample[]): GcEvent[] {
  return samples.slice(1).flatMap((sample, index) => {
    const before = samples[index];
    if (before?.segment !== sample.segment) return [];
    return KINDS.flatMap(({ name, metric }) => {
      const durationMs = (sample.values[metric] ?? 0) - (before.values[metric] ?? 0);
      return durationMs > 0 ? [{ name, ts: before.monoMs * 1000, dur: durationMs * 1000 }] : [];
    });
  });
}

const KINDS = [
  { name: 'V8.GCScavenger', metric: 'gc.minor.time' },
  { name: 'V8.GCFinalizeMC', metric: 'gc.major.time' },
] as const;

/** The last profile until the end of the window: it holds what was alive then. */
async function heapOf(run: Run, { toMono }: Window, note: (text: string) => void): Promise<ClinicFile[]> {
  const profiles = run.manifest.heapProfiles;
  const record = profiles.filter(({ monoMs }) => monoMs <= toMono).at(-1) ?? profiles[0];
  if (!record) throw lacks('no profile of allocations', 'profiler cpu --clinic', run);
  const at = formatDuration(record.monoMs - run.manifest.clock.startMonoMs);
  note(`${record.file} was read ${at} into the run: it has what was allocated since the start and was alive then.`);
  const { head } = await readHeapProfile(run, record);
  return heapProfilerFiles(processOf(run), { head: nodeWithoutSecrets(head) });
}

function lacks(what: string, instead: string, { dir }: Run): ProfilerError {
  return new ProfilerError(
    'window-empty',
    EXIT.usage,
    `${dir} has ${what} in that window.`,
    `Choose another (--from, --for), or record one: ${instead}`,
  );
}

/** Functions and scripts can be named after what is secret: what is exported is handed on. */
export function withoutSecrets(tree: WeightedTree): WeightedTree {
  const functions = tree.functions.map((frame) => ({
    ...frame,
    functionName: redactText(frame.functionName),
    url: redactText(frame.url),
  }));
  return { ...tree, functions };
}

/** V8 keeps at most 128 frames of a stack; what is deeper comes from elsewhere. */
const MOST_DEPTH = 500;

export function nodeWithoutSecrets({ callFrame, children, ...node }: HeapProfileNode, depth = 0): HeapProfileNode {
  const { functionName, url } = callFrame;
  return {
    ...node,
    callFrame: { ...callFrame, functionName: redactText(functionName), url: redactText(url) },
    children: depth < MOST_DEPTH ? children.map((child) => nodeWithoutSecrets(child, depth + 1)) : [],
  };
}
