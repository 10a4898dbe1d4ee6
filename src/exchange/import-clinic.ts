import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import type { GcEvent } from '../format/clinic/clinic-files.ts';
import { type ProcessStat, readProcessStats } from '../format/clinic/process-stat.ts';
import { parseJson } from '../format/parse-json.ts';
import { runId } from '../format/run-id.ts';
import { member, number, object, ShapeError, text } from '../format/shape.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Sample } from '../model/sample.ts';
import { formatCount, type Milliseconds, type WallMs } from '../model/units.ts';
import { createRun } from '../record/open-run.ts';
import { quantile } from '../stats/order-statistics.ts';
import type { ImportFacts, NewRunOptions } from './import-results.ts';
import { type ImportedSpan, importedManifest } from './imported-manifest.ts';

const CODE = 'clinic-invalid';
const HINT = 'Give the whole folder that clinic doctor has written: NAME.clinic-doctor';
const STEP_MS: Milliseconds = 1000;
/** A week of samples at 10 ms is 5 GB: more than any real file. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The parts of a folder of clinic doctor; null if it is none. */
export function doctorParts(
  path: string,
): { readonly stats: string; readonly events: string | null; readonly info: string | null } | null {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  const names = readdirSync(path);
  const find = (ending: string): string | null => {
    const name = names.find((one) => one.endsWith(`.clinic-doctor-${ending}`));
    return name === undefined ? null : join(path, name);
  };
  const stats = find('processstat');
  return stats === null ? null : { stats, events: find('traceevent'), info: find('systeminfo') };
}

type DoctorParts = NonNullable<ReturnType<typeof doctorParts>>;

export interface DoctorFacts extends ImportFacts {
  readonly readings: number;
}

/** What clinic doctor has recorded, as a run of one sample a second. Throws a ProfilerError (exit 2 or 6). */
export async function importDoctor(parts: DoctorParts, options: NewRunOptions): Promise<DoctorFacts> {
  const { samples, readings, startWallMs, endWallMs, nodeVersion } = await readDoctor(parts);
  const runDir = options.runDir ?? `${options.profilesDir}/${runId(startWallMs, options.name)}`;
  // Doctor does not say of itself when it was late: nothing is judged by what a soak would have seen beside it.
  const span: ImportedSpan = {
    startWallMs,
    endWallMs,
    intervalMs: STEP_MS,
    nodeVersion,
    views: ['process', 'inside'],
    failOn: ['leak', 'slo', 'degradation'],
  };
  const recorder = await createRun(runDir, importedManifest(runDir, span, options), { overwrite: options.overwrite });
  for (const sample of samples) recorder.appendSample(sample);
  const at = { wallMs: endWallMs, monoMs: endWallMs - startWallMs };
  const detail = `${formatCount(readings)} readings of clinic doctor imported from ${basename(parts.stats)}`;
  recorder.appendEvent({ type: 'note', detail, ...at });
  recorder.appendEvent({ type: 'end', reason: 'completed', detail: 'imported', ...at });
  await recorder.close();
  const { replaced } = recorder;
  return { runDir, startWallMs, endWallMs, intervalMs: STEP_MS, leftOut: 0, replaced, readings };
}

/** Its readings as samples. Throws a ProfilerError (exit 2). */
export async function readDoctor(parts: DoctorParts): Promise<{
  readonly samples: readonly Sample[];
  readonly readings: number;
  readonly startWallMs: WallMs;
  readonly endWallMs: WallMs;
  readonly nodeVersion: string | null;
}> {
  const stats = await readStats(parts.stats);
  const info = parts.info === null ? null : await readJson(parts.info, readInfo);
  // Without its clock the time of a collection is unknown.
  const events = parts.events === null || info === null ? [] : await readJson(parts.events, readEvents);
  return {
    samples: samplesOf(stats, events, info?.offsetMs ?? 0),
    readings: stats.length,
    startWallMs: stats[0]?.timestampMs ?? 0,
    endWallMs: stats.at(-1)?.timestampMs ?? 0,
    nodeVersion: info?.nodeVersion ?? null,
  };
}

async function readStats(path: string): Promise<readonly ProcessStat[]> {
  try {
    const stats = readProcessStats(await readRegularFile(path, { maxBytes: MOST_BYTES }));
    const usable = stats.filter(isPlausible).sort((a, b) => a.timestampMs - b.timestampMs);
    if (usable.length > 0) return usable;
    throw new ShapeError('the file', 'readings of clinic doctor', 'without one at a possible time');
  } catch (error) {
    if (error instanceof ShapeError) throw new ProfilerError(CODE, EXIT.usage, `${path}: ${error.message}`, HINT);
    throw error;
  }
}

const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2100, 0);
const LARGEST = 1e15;

function isPlausible(stat: ProcessStat): boolean {
  const isNumber = (value: number): boolean => value >= 0 && value < LARGEST;
  return Object.values(stat).every(isNumber) && stat.timestampMs > EARLIEST_MS && stat.timestampMs < LATEST_MS;
}

async function readJson<T>(path: string, read: (value: unknown) => T): Promise<T> {
  return parseJson(await readRegularFile(path, { maxBytes: MOST_BYTES }), { file: path, code: CODE, hint: HINT }, read);
}

/** Its clock: what to add to a time of the monotonic one. */
function readInfo(value: unknown): { readonly offsetMs: number; readonly nodeVersion: string } {
  const own = object(value, '');
  const clock = object(member(own, 'clock'), 'clock');
  const hrtime = member(clock, 'hrtime');
  if (!Array.isArray(hrtime)) throw new ShapeError('clock.hrtime', 'seconds and nanoseconds', hrtime);
  const monoMs = number(hrtime[0], 'clock.hrtime[0]') * 1000 + number(hrtime[1], 'clock.hrtime[1]') / 1e6;
  const versions = object(member(own, 'nodeVersions'), 'nodeVersions');
  return {
    offsetMs: number(member(clock, 'unixtime'), 'clock.unixtime') - monoMs,
    nodeVersion: `v${text(member(versions, 'node'), 'nodeVersions.node')}`,
  };
}

function readEvents(value: unknown): GcEvent[] {
  const events = member(object(value, ''), 'traceEvents');
  if (!Array.isArray(events)) throw new ShapeError('traceEvents', 'a list', events);
  return events.flatMap((event: unknown) => {
    if (typeof event !== 'object' || event === null) return [];
    const [name, ts, dur] = [member(event, 'name'), member(event, 'ts'), member(event, 'dur')];
    return typeof name === 'string' && isTime(ts) && isTime(dur) ? [{ name, ts, dur }] : [];
  });
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < LARGEST;
}

/** What blocks the program, by the names of V8 and as Doctor counts it. */
const MINOR = new Set(['V8.GCScavenger']);
const MAJOR = new Set(['V8.GCFinalizeMC', 'V8.GCIncrementalMarkingFinalize']);

function samplesOf(stats: readonly ProcessStat[], events: readonly GcEvent[], offsetMs: number): Sample[] {
  const startMs = stats[0]?.timestampMs ?? 0;
  const collections = events.map(({ name, ts, dur }) => ({
    name,
    endMs: (ts + dur) / 1000 + offsetMs,
    ms: dur / 1000,
  }));
  collections.sort((a, b) => a.endMs - b.endMs);
  const gc = { minor: 0, major: 0, at: 0 };
  return secondsOf(stats).map((readings) => {
    const last = readings.at(-1)!;
    for (let next = collections[gc.at]; next && next.endMs <= last.timestampMs; next = collections[gc.at]) {
      if (MINOR.has(next.name)) gc.minor += next.ms;
      else if (MAJOR.has(next.name)) gc.major += next.ms;
      gc.at += 1;
    }
    const delays = readings.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
    const cpu = readings.reduce((sum, { cpuCores }) => sum + cpuCores, 0) / readings.length;
    return {
      wallMs: last.timestampMs,
      monoMs: last.timestampMs - startMs,
      segment: 0,
      lateMs: 0,
      values: {
        'process.cpu': cpu * 100,
        'process.rss': last.rssBytes,
        'heap.used': last.heapUsedBytes,
        'heap.total': last.heapTotalBytes,
        'heap.external': last.externalBytes,
        'heap.arrayBuffers': last.arrayBuffersBytes,
        'loop.delay.p50': quantile(delays, 0.5),
        'loop.delay.p99': quantile(delays, 0.99),
        'loop.delay.max': delays.at(-1) ?? 0,
        'gc.minor.time': gc.minor,
        'gc.major.time': gc.major,
      },
    };
  });
}

function secondsOf(stats: readonly ProcessStat[]): (readonly ProcessStat[])[] {
  const startMs = stats[0]?.timestampMs ?? 0;
  const seconds = new Map<number, ProcessStat[]>();
  for (const stat of stats) {
    const second = Math.floor((stat.timestampMs - startMs) / STEP_MS);
    const readings = seconds.get(second) ?? [];
    seconds.set(second, readings);
    readings.push(stat);
  }
  return [...seconds.values()];
}
