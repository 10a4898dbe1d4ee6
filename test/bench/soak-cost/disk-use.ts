import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CpuProfile } from '../../../src/model/profiles.ts';
import type { Bytes, Milliseconds } from '../../../src/model/units.ts';
import { type Run, readRun } from '../../../src/record/read-run.ts';
import { JOURNALS } from '../../../src/record/run-files.ts';
import { planPhases } from '../../../src/soak/plan-phases.ts';

const HOUR_MS = 3_600_000;
const NIGHT_MS = 8 * HOUR_MS;
const NIGHT_SNAPSHOTS = 5;
const NIGHT_CPU_INTERVAL_MS = 20;
const NIGHT_CPU_WINDOW_MS = 600_000;

/** What a night keeps of one kind of file, and how the figure was made. */
export interface DiskRow {
  readonly kind: string;
  /** Null for what does not grow with time. */
  readonly perHourBytes: Bytes | null;
  readonly nightBytes: Bytes;
  readonly formula: string;
}

/**
 * Extrapolates to eight hours. `night`: a run of `--hours 8 --scenario …` that was interrupted: rates of what is
 * written all the time. `whole`: a short run with all its phases: sizes of what is written a few times.
 */
export async function extrapolateDisk(nightDir: string, wholeDir: string): Promise<DiskRow[]> {
  const night = await readRun(nightDir);
  const whole = await readRun(wholeDir);
  const rows = [...journalRows(night), cpuRow(night), ...fixedRows(whole)];
  const hourly = rows.reduce((sum, row) => sum + (row.perHourBytes ?? 0), 0);
  const total = rows.reduce((sum, row) => sum + row.nightBytes, 0);
  return [...rows, { kind: 'all', perHourBytes: hourly, nightBytes: total, formula: 'sum' }];
}

function journalRows(night: Run): DiskRow[] {
  const seconds = loadedMs(night) / 1000;
  const names = new Set(night.requests.map(({ name }) => name)).size;
  const samples = linesOf(night, 'samples');
  const requests = linesOf(night, 'requests');
  // What comes again and again; phases, start and end stand in every run once.
  const events = linesOf(night, 'events').filter((line) => line.includes('"type":"live-heap"'));
  const windowLine = linesOf(night, 'events').findLast((line) => line.includes('"capture":"cpu"')) ?? '';
  const liveHeapPerHour = (sumOf(events) / seconds) * 3600;
  const windowsPerHour = HOUR_MS / NIGHT_CPU_WINDOW_MS;
  return [
    hourlyRow(
      JOURNALS.samples,
      meanOf(samples) * 3600,
      `${Math.round(meanOf(samples))} B a line x 3600 lines an hour (--sample 1s)`,
    ),
    hourlyRow(
      JOURNALS.requests,
      meanOf(requests) * names * 450,
      `${Math.round(meanOf(requests))} B a line x ${names} request names x 450 intervals of 8 s an hour`,
    ),
    hourlyRow(
      JOURNALS.events,
      liveHeapPerHour + windowLine.length * windowsPerHour,
      `${((3600 * events.length) / seconds).toFixed(0)} major collections an hour x ${Math.round(meanOf(events))} B + ${windowsPerHour} CPU windows x ${windowLine.length} B`,
    ),
  ];
}

/** A window is a tree, which grows with the code that ran, and two numbers a sample, which grow with time. */
function cpuRow(night: Run): DiskRow {
  const window = night.manifest.cpuWindows.at(-1);
  if (!window) throw new Error('the run left no CPU window');
  const text = readFileSync(join(night.dir, window.file), 'utf8');
  const profile = JSON.parse(text) as CpuProfile;
  const treeBytes = JSON.stringify(profile.nodes).length;
  const sampleBytes = (text.length - treeBytes) / profile.samples.length;
  const samplesPerWindow = NIGHT_CPU_WINDOW_MS / NIGHT_CPU_INTERVAL_MS;
  const windowBytes = treeBytes + sampleBytes * samplesPerWindow;
  const { warmUpMs, steadyMs } = planPhases(NIGHT_MS, NIGHT_SNAPSHOTS, true);
  const windows = Math.ceil((warmUpMs + steadyMs) / NIGHT_CPU_WINDOW_MS);
  return {
    kind: 'cpu/*.cpuprofile',
    perHourBytes: (windowBytes * HOUR_MS) / NIGHT_CPU_WINDOW_MS,
    nightBytes: windowBytes * windows,
    formula: `${windows} windows x (tree of ${(treeBytes / 1e3).toFixed(0)} kB + ${samplesPerWindow} samples x ${sampleBytes.toFixed(1)} B)`,
  };
}

function fixedRows(whole: Run): DiskRow[] {
  const { snapshots, heapProfiles } = whole.manifest;
  const sizes = (files: readonly string[]): Bytes[] => files.map((file) => statSync(join(whole.dir, file)).size);
  const snapshotBytes = Math.max(0, ...sizes(snapshots.map(({ file }) => file)));
  const profileBytes = Math.max(0, ...sizes(heapProfiles.map(({ file }) => file)));
  const maps = readdirSync(join(whole.dir, 'sources'));
  const mapBytes = sizes(maps.map((name) => join('sources', name))).reduce((sum, bytes) => sum + bytes, 0);
  return [
    fixedRow('heap/*.heapsnapshot', NIGHT_SNAPSHOTS * snapshotBytes, `${NIGHT_SNAPSHOTS} x ${kB(snapshotBytes)}`),
    fixedRow('heap/*.heapprofile', 2 * profileBytes, `2 x ${kB(profileBytes)}, sampled more densely than in a night`),
    fixedRow('sources/*.map', mapBytes, `${maps.length} source maps, once`),
  ];
}

function loadedMs(run: Run): Milliseconds {
  const first = run.samples[0];
  const last = run.samples.at(-1);
  if (!first || !last) throw new Error(`${run.dir}: no samples`);
  return last.monoMs - first.monoMs;
}

function linesOf(run: Run, journal: keyof typeof JOURNALS): string[] {
  const text = readFileSync(join(run.dir, JOURNALS[journal]), 'utf8');
  return text.split(/(?<=\n)/).filter((line) => line.trim() !== '');
}

function sumOf(lines: readonly string[]): Bytes {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

function meanOf(lines: readonly string[]): Bytes {
  return lines.length > 0 ? sumOf(lines) / lines.length : 0;
}

function hourlyRow(kind: string, perHourBytes: Bytes, formula: string): DiskRow {
  return { kind, perHourBytes, nightBytes: 8 * perHourBytes, formula };
}

function fixedRow(kind: string, nightBytes: Bytes, formula: string): DiskRow {
  return { kind, perHourBytes: null, nightBytes, formula };
}

function kB(bytes: Bytes): string {
  return `${Math.round(bytes / 1e3)} kB`;
}
