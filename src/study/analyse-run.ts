import { join } from 'node:path';
import { analyse } from '../analysis/analyse.ts';
import { RunCode } from '../analysis/code/run-code.ts';
import type { NamedGate } from '../analysis/gates.ts';
import type { AllocationBurst, AllocationReadings, CpuEvidence, RunData, WorkerHeap } from '../analysis/run-data.ts';
import { viewRun } from '../analysis/run-view.ts';
import { thresholdGates } from '../analysis/threshold-gates.ts';
import { allocationOwners } from '../cpu/allocation-owners.ts';
import { allocationSeries } from '../cpu/allocation-series.ts';
import { type AllocationGrowth, allocationGrowth } from '../cpu/allocation-sites.ts';
import type { CallTree } from '../cpu/call-tree.ts';
import { commonBase, compareFunctions } from '../cpu/compare-trees.ts';
import { timeShares } from '../cpu/function-times.ts';
import { createPlaceOf, toldFromFolder } from '../cpu/place-of.ts';
import { ownCommand } from '../files/own-command.ts';
import { shownPath } from '../files/shown-path.ts';
import { rethrowStorage } from '../files/storage-error.ts';
import { scriptNames } from '../format/script-names.ts';
import type { FlameWindows } from '../model/flame-windows.ts';
import type { HeapGrowth } from '../model/heap-growth.ts';
import type { ScriptNames } from '../model/original-names.ts';
import type { PlaceOf } from '../model/profiles.ts';
import type { ReportDocument } from '../model/report-document.ts';
import type { DescriptorGroup } from '../model/run-event.ts';
import type { SnapshotRecord, WorkerSnapshotRecord } from '../model/run-manifest.ts';
import type { Threshold } from '../model/threshold.ts';
import { typedAs } from '../model/typed-as.ts';
import { findChangedArtefacts, withoutArtefacts } from '../record/changed-artefacts.ts';
import { readCodeOfRun } from '../record/read-code-of-run.ts';
import { readDatabase } from '../record/read-database.ts';
import { readHeapProfile, readSourceMaps } from '../record/read-profiles.ts';
import { type Run, readRun } from '../record/read-run.ts';
import { redactText } from '../redact/redact-text.ts';
import { type Redacted, redacted } from '../redact/redact-values.ts';
import { growthOf } from '../snapshot-stream/growth-of.ts';
import { type AllocationReading, allocationFlames } from './document/allocation-flames.ts';
import { buildDocument } from './document/build-document.ts';
import { type CpuSummary, hotFunctions } from './document/cpu-pages.ts';
import { keptLimits } from './kept-limits.ts';
import { readCpu } from './read-cpu.ts';
import { readingsOfOneSampling } from './readings-of-one-sampling.ts';
import { refuseComparison } from './room-for-comparison.ts';

const LEAST_READINGS = 3;
const MOST_READINGS = 30;
/** More than are shown: the caller of hot native code may have little time of its own. */
const JUDGED_FUNCTIONS = 500;

export interface AnalyseOptions {
  readonly onProgress: (text: string) => void;
  readonly toolVersion: string;
  /** In place of those that the run was made with. */
  readonly thresholds?: readonly Threshold[];
  /** What a comparison of its snapshots came to before: they are not read, and need not be there any more. */
  readonly growth?: HeapGrowth | null;
  /** How this program is typed where the report is read; left out, as in the current folder. */
  readonly program?: string;
}

/**
 * Reads a run folder, however its recording ended, and concludes, without what earlier versions kept of secrets. The folder
 * is not changed.
 */
export async function analyseRun(
  runDir: string,
  { onProgress, toolVersion, thresholds, growth, program = ownCommand() }: AnalyseOptions,
): Promise<Redacted<ReportDocument>> {
  const recorded = await readRun(runDir);
  const run = withoutArtefacts(recorded, await findChangedArtefacts(recorded, ['cpu', 'heap-profile', 'database']));
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const maps = await readSourceMaps(run, note);
  const placeOf = createPlaceOf(toldFromFolder(run.manifest.scripts, run.manifest.target.cwd), maps, note);
  const losses: string[] = [];
  const lose = (text: string): void => {
    note(text);
    losses.push(text);
  };
  const cpu = await readCpu(run, placeOf, lose);
  const scripts = scriptNames(run.manifest.scripts, maps);
  const { run: read, ...heap } =
    growth === undefined ? await readHeapGrowth(run, scripts, onProgress) : { run, growth, error: null };
  if (heap.error !== null) losses.push(heap.error);
  const workers = await readWorkerHeaps(read, scripts, onProgress);
  losses.push(...workers.flatMap(({ error }) => error ?? []));
  const database = await readDatabase(run, lose);
  const allocations = await readAllocations(run, placeOf, lose);
  const code = await readCodeOfRun(run, note);
  const data: RunData = {
    manifest: read.manifest,
    samples: run.samples,
    events: run.events,
    requests: run.requests,
    thresholds: thresholds ?? keptLimits(run.manifest, lose),
    heapGrowth: heap.growth,
    heapGrowthError: heap.error,
    ...(workers.length > 0 ? { workers } : {}),
    cpu: cpu && cpuEvidence(cpu, placeOf),
    work: cpu?.work ?? null,
    burst: await readBurst(run, placeOf, lose),
    allocationGrowth: allocations.growth,
    ...(allocations.readings ? { allocationReadings: allocations.readings } : {}),
    placeOf,
    code: code && new RunCode(code, placeOf, allocations.growth, run.samples),
    descriptorTargets: lastDescriptors(run),
    ...(run.manifest.scrape ? { scraped: { plan: run.manifest.scrape, scrapes: run.scrapes } } : {}),
    database,
    damage: read.damage.map(({ file, reason }) => `${file}: ${reason}`),
    losses: [...read.losses, ...losses],
    folder: shownPath(runDir),
  };
  const report = analyse(data);
  const { flames } = allocations;
  const document = buildDocument({
    run: read,
    report,
    heap: heap.growth,
    cpu,
    allocations: flames,
    database,
    placeOf,
    notes,
    toolVersion,
  });
  return redacted(document, (text) => redactText(typedAs(text, program)));
}

/** Limits compared with what was recorded; nothing else is looked at, so it takes little time. */
export function judgeLimits(run: Run, thresholds: readonly Threshold[]): NamedGate[] {
  const { manifest, samples, events, requests } = run;
  const nothing = { heapGrowth: null, heapGrowthError: null, cpu: null, allocationGrowth: [], damage: [] };
  const placeOf = createPlaceOf([], new Map());
  return thresholdGates(viewRun({ manifest, samples, events, requests, thresholds, placeOf, ...nothing }));
}

/**
 * Growth over the snapshots of one life of the process: the life that has most of them. Whether they are what was written is
 * looked at meanwhile: files of gigabytes are read twice only where the disk is slow. `run`: without those that are not.
 */
export async function readHeapGrowth(
  run: Run,
  scripts: readonly ScriptNames[],
  onProgress: (text: string) => void,
): Promise<{ readonly run: Run; readonly growth: HeapGrowth | null; readonly error: string | null }> {
  const [heap, changed] = await Promise.all([
    compareSnapshots(run, largestSegment(run.manifest.snapshots), scripts, onProgress),
    findChangedArtefacts(run, ['heap-snapshot']),
  ]);
  if (changed.length === 0) return { run, ...heap };
  const whole = withoutArtefacts(run, changed);
  const left = largestSegment(whole.manifest.snapshots);
  return { run: whole, ...(await compareSnapshots(whole, left, scripts, onProgress)) };
}

const LEAST_SNAPSHOTS = 2;

/** One thread after the other: the graph of a heap takes memory. */
async function readWorkerHeaps(
  run: Run,
  scripts: readonly ScriptNames[],
  onProgress: (text: string) => void,
): Promise<WorkerHeap[]> {
  const byThread = new Map<string, WorkerSnapshotRecord[]>();
  for (const record of run.manifest.workerSnapshots ?? []) {
    const key = `${record.segment} ${record.thread}`;
    byThread.set(key, [...(byThread.get(key) ?? []), record]);
  }
  const heaps: WorkerHeap[] = [];
  for (const snapshots of byThread.values()) {
    const [first] = snapshots;
    if (!first || snapshots.length < LEAST_SNAPSHOTS) continue;
    const { thread, name, url } = first;
    heaps.push({ thread, name, url, snapshots, ...(await compareSnapshots(run, snapshots, scripts, onProgress)) });
  }
  return heaps;
}

async function compareSnapshots(
  run: Run,
  snapshots: readonly SnapshotRecord[],
  scripts: readonly ScriptNames[],
  onProgress: (text: string) => void,
): Promise<{ readonly growth: HeapGrowth | null; readonly error: string | null }> {
  if (snapshots.length < LEAST_SNAPSHOTS) return { growth: null, error: null };
  const files = snapshots.map(({ file }) => join(run.dir, file));
  const refusal = refuseComparison(files);
  if (refusal !== null) return { growth: null, error: `the heap snapshots were not compared: ${refusal}` };
  try {
    const growth = await growthOf(files, {
      requests: snapshots.map(({ requests }) => requests),
      idEpochs: snapshots.map(({ idEpoch }) => idEpoch),
      scripts,
      onProgress: onceEach(onProgress),
    });
    // Named as the run folder names them: a report is read elsewhere too.
    const named = growth.snapshots.map((snapshot, index) => ({
      ...snapshot,
      file: snapshots[index]?.file ?? snapshot.file,
    }));
    return { growth: { ...growth, snapshots: named }, error: null };
  } catch (error) {
    rethrowStorage(error);
    return { growth: null, error: `the heap snapshots could not be compared: ${(error as Error).message}` };
  }
}

/** The engine reports each step many times, with its share. One line per step is enough. */
function onceEach(onProgress: (text: string) => void): (what: string) => void {
  let last = '';
  return (what) => {
    if (what !== last) onProgress(what);
    last = what;
  };
}

function largestSegment(snapshots: readonly SnapshotRecord[]): readonly SnapshotRecord[] {
  const bySegment = new Map<number, SnapshotRecord[]>();
  for (const snapshot of snapshots)
    bySegment.set(snapshot.segment, [...(bySegment.get(snapshot.segment) ?? []), snapshot]);
  return [...bySegment.values()].reduce((most, own) => (own.length >= most.length ? own : most), []);
}

function cpuEvidence(cpu: CpuSummary, placeOf: PlaceOf): CpuEvidence {
  const { first, last } = cpu;
  const base = last && commonBase(first.tree, last.tree, { before: first.requests, after: last.requests });
  return {
    hotFunctions: hotFunctions(cpu, placeOf, JUDGED_FUNCTIONS),
    changes: last && base ? compareFunctions(first.tree, last.tree, base, placeOf) : [],
    per: base?.per ?? 'cpu-second',
    samples: { first: busySamples(first.tree), last: last ? busySamples(last.tree) : 0 },
  };
}

/** Samples of the idle loop say nothing of how fine two windows can be compared. */
function busySamples(tree: CallTree): number {
  const totalUs = tree.selfUs.reduce((sum, us) => sum + us, 0);
  return totalUs > 0 ? Math.round((tree.samples * timeShares(tree).activeUs) / totalUs) : 0;
}

interface Allocations {
  readonly growth: readonly AllocationGrowth[];
  readonly readings: AllocationReadings | null;
  readonly flames: readonly FlameWindows[];
}

const NO_ALLOCATIONS: Allocations = { growth: [], readings: null, flames: [] };

async function readAllocations(run: Run, placeOf: PlaceOf, note: (text: string) => void): Promise<Allocations> {
  const records = readingsOfOneSampling(run.manifest.heapProfiles, run.events);
  const last = records.at(-1);
  if (!last) return NO_ALLOCATIONS;
  try {
    const readings: AllocationReading[] = [];
    for (const record of spread(records)) readings.push({ record, profile: await readHeapProfile(run, record) });
    const profiles = readings.map(({ profile }) => profile);
    const flames = [allocationFlames(readings, placeOf, run.manifest.clock.startMonoMs)];
    const [before, after] = [profiles[0], profiles.at(-1)];
    if (!before || !after || before === after) return { ...NO_ALLOCATIONS, flames };
    const growth = allocationGrowth(before, after, placeOf);
    if (profiles.length < LEAST_READINGS) return { growth, readings: null, flames };
    const series = allocationSeries(profiles, placeOf);
    return { growth, readings: { atMs: readings.map(({ record }) => record.monoMs), file: last.file, series }, flames };
  } catch (error) {
    rethrowStorage(error);
    note(`the allocation profiles were left out: ${(error as Error).message}`);
    return NO_ALLOCATIONS;
  }
}

/** The first, the last, and of those between as many as are worth their memory. */
function spread<Record>(records: readonly Record[]): readonly Record[] {
  const step = Math.ceil(records.length / MOST_READINGS);
  return records.filter((_, i) => (records.length - 1 - i) % step === 0 || i === 0);
}

async function readBurst(run: Run, placeOf: PlaceOf, note: (text: string) => void): Promise<AllocationBurst | null> {
  const record = run.manifest.allocationBurst;
  if (!record) return null;
  try {
    const owners = allocationOwners(await readHeapProfile(run, { ...record, requests: null }), placeOf);
    const bytes = owners.reduce((sum, owner) => sum + owner.bytes, 0);
    return { file: record.file, durationMs: record.durationMs, bytes, owners };
  } catch (error) {
    rethrowStorage(error);
    note(`${record.file} was left out: ${(error as Error).message}`);
    return null;
  }
}

function lastDescriptors({ events }: Run): readonly DescriptorGroup[] {
  const last = events.findLast((event) => event.type === 'descriptors');
  return last?.type === 'descriptors' ? last.groups : [];
}
