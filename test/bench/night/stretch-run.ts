import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scaleCpuInterval } from '../../../src/capture/choose-intervals.ts';
import { mergeIntervals } from '../../../src/load/merge-intervals.ts';
import { isMetricName, METRICS } from '../../../src/model/metric-catalogue.ts';
import type { RequestInterval } from '../../../src/model/requests.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
import type { RunManifest } from '../../../src/model/run-manifest.ts';
import type { Sample } from '../../../src/model/sample.ts';
import type { Milliseconds, MonoMs } from '../../../src/model/units.ts';
import { createRun } from '../../../src/record/open-run.ts';
import { type Run, readRun } from '../../../src/record/read-run.ts';
import { artefactKind } from '../../../src/record/run-files.ts';
import type { RunRecorder } from '../../../src/record/run-recorder.ts';

const CPU_WINDOW_MS = 613_000;
/** A soak of N hours has load intervals of N seconds, at most this. */
const LONGEST_LOAD_INTERVAL_S = 10;

/** Of V8's CPU profile: what is repeated when its window becomes longer. */
interface CpuProfile {
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The stretch of a recorded run that is repeated, and how often. */
interface Stretch {
  readonly fromMs: MonoMs;
  readonly lengthMs: Milliseconds;
  readonly times: number;
}

/**
 * Writes a run of `hours` into `dir`, made of a recorded one: its phase `steady` comes again and again, with counters and
 * growth going on from where they were, CPU windows of some ten minutes, and the five snapshots spread over the night.
 */
export async function stretchRun(recorded: string, dir: string, hours: number): Promise<void> {
  const run = await readRun(recorded);
  const stretch = stretchOf(run, hours * 3_600_000);
  const addedMs = (stretch.times - 1) * stretch.lengthMs;
  const recorder = await createRun(dir, stretchedManifest(run.manifest, stretch, addedMs));
  await writeCpuWindows(run, recorder, stretch);
  const { code, scripts } = run.manifest;
  const sources = scripts.flatMap(({ mapFile }) => (mapFile === null ? [] : [`sources/${mapFile}`]));
  for (const file of new Set([...run.onDisk.keys(), ...sources, ...(code ? [code.file] : [])])) {
    const kind = artefactKind(file);
    if (kind === null || kind === 'cpu') continue;
    await recorder.writeArtefact(recorder.fileFor(kind, nameOf(file)), await readFile(join(recorded, file)));
  }
  await writeSamples(run, recorder, stretch, addedMs);
  await writeRequests(run, recorder, stretch, addedMs);
  writeEvents(run, recorder, stretch, addedMs);
  await recorder.close();
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1, file.lastIndexOf('.'));
}

function stretchOf({ events }: Run, durationMs: Milliseconds): Stretch {
  const edge = (wanted: 'start' | 'end'): MonoMs => {
    const found = events.find((event) => event.type === 'phase' && event.phase === 'steady' && event.edge === wanted);
    if (!found) throw new Error('the recorded run has no whole phase "steady"');
    return found.monoMs;
  };
  const fromMs = edge('start');
  const lengthMs = edge('end') - fromMs;
  return { fromMs, lengthMs, times: Math.max(1, Math.round(durationMs / lengthMs)) };
}

type When = 'before' | 'steady' | 'after';

function whenOf({ fromMs, lengthMs }: Stretch, monoMs: MonoMs): When {
  if (monoMs < fromMs) return 'before';
  return monoMs < fromMs + lengthMs ? 'steady' : 'after';
}

/** Where a moment of the recorded run lies in the night, if it comes once: snapshots are spread. */
function spread(stretch: Stretch, addedMs: Milliseconds, monoMs: MonoMs): MonoMs {
  const when = whenOf(stretch, monoMs);
  if (when === 'before') return monoMs;
  if (when === 'after') return monoMs + addedMs;
  return stretch.fromMs + (monoMs - stretch.fromMs) * stretch.times;
}

function stretchedManifest(manifest: RunManifest, stretch: Stretch, addedMs: Milliseconds): RunManifest {
  const { seal: _, ...rest } = manifest;
  const at = (monoMs: MonoMs): MonoMs => spread(stretch, addedMs, monoMs);
  const firstRequests = manifest.snapshots[0]?.requests ?? 0;
  const requests = (known: number | null): number | null =>
    known === null ? null : firstRequests + (known - firstRequests) * stretch.times;
  return {
    ...rest,
    plan: { ...manifest.plan, durationMs: manifest.plan.durationMs + addedMs, cpuWindowMs: CPU_WINDOW_MS },
    snapshots: manifest.snapshots.map((one) => ({ ...one, monoMs: at(one.monoMs), requests: requests(one.requests) })),
    heapProfiles: manifest.heapProfiles.map((one) => ({
      ...one,
      monoMs: at(one.monoMs),
      requests: requests(one.requests),
    })),
    cpuWindows: [],
  };
}

/** Windows without a gap through the night, each made of one that was recorded. */
async function writeCpuWindows(run: Run, recorder: RunRecorder, stretch: Stretch): Promise<void> {
  const { cpuWindows } = run.manifest;
  const recorded = cpuWindows.slice(1);
  const totalMs = stretch.times * stretch.lengthMs;
  const intervalUs = scaleCpuInterval(totalMs, CPU_WINDOW_MS);
  for (let n = 1; (n - 1) * CPU_WINDOW_MS < totalMs; n += 1) {
    const window = recorded[n % recorded.length];
    if (!window) throw new Error('the recorded run has too few CPU windows');
    const profile = JSON.parse(await readFile(join(run.dir, window.file), 'utf8')) as CpuProfile;
    const startMonoMs = stretch.fromMs + (n - 1) * CPU_WINDOW_MS;
    const endMonoMs = Math.min(startMonoMs + CPU_WINDOW_MS, stretch.fromMs + totalMs);
    const target = recorder.fileFor('cpu', n);
    await recorder.writeArtefact(
      target,
      JSON.stringify(longerProfile(profile, endMonoMs - startMonoMs, intervalUs / run.manifest.plan.cpuIntervalUs)),
    );
    await recorder.updateManifest((manifest) => ({
      ...manifest,
      cpuWindows: [...manifest.cpuWindows, { ...window, file: target.file, startMonoMs, endMonoMs }],
    }));
  }
}

/** Node ids stay; the samples come again until the window is full. `slower`: so many times the recorded interval. */
function longerProfile(profile: CpuProfile, lengthMs: Milliseconds, slower: number): CpuProfile {
  const lengthUs = (profile.endTime - profile.startTime) * slower;
  const times = Math.max(1, Math.round((lengthMs * 1000) / lengthUs));
  const again = (list: readonly number[]): number[] => Array.from({ length: times }, () => list).flat();
  return {
    ...profile,
    endTime: profile.startTime + times * lengthUs,
    samples: again(profile.samples),
    timeDeltas: again(profile.timeDeltas.map((us) => us * slower)),
  };
}

async function writeSamples(run: Run, recorder: RunRecorder, stretch: Stretch, addedMs: Milliseconds): Promise<void> {
  const steady = run.samples.filter(({ monoMs }) => whenOf(stretch, monoMs) === 'steady');
  const grown = grownBy(steady);
  const append = (sample: Sample, ms: Milliseconds, times: number): void =>
    recorder.appendSample({
      ...sample,
      monoMs: sample.monoMs + ms,
      wallMs: sample.wallMs + ms,
      values: Object.fromEntries(
        Object.entries(sample.values).map(([name, value]) => [name, value + times * (grown.get(name) ?? 0)]),
      ) as Sample['values'],
    });
  for (const sample of run.samples) if (whenOf(stretch, sample.monoMs) === 'before') append(sample, 0, 0);
  for (let n = 0; n < stretch.times; n += 1) {
    for (const sample of steady) append(sample, n * stretch.lengthMs, n);
    await recorder.flush();
  }
  for (const sample of run.samples) {
    if (whenOf(stretch, sample.monoMs) === 'after') append(sample, addedMs, stretch.times - 1);
  }
}

/** What a metric gained in the stretch: counters go on, and so does what leaks. */
function grownBy(steady: readonly Sample[]): ReadonlyMap<string, number> {
  const [first, last] = [steady[0], steady.at(-1)];
  if (!first || !last) throw new Error('the recorded run has no samples under load');
  const goesOn = (name: string): boolean =>
    name === 'heap.live' || (isMetricName(name) && METRICS[name].kind === 'counter');
  return new Map(
    Object.entries(last.values)
      .filter(([name]) => goesOn(name))
      .map(([name, value]) => [name, Math.max(0, value - ((first.values as Record<string, number>)[name] ?? value))]),
  );
}

async function writeRequests(run: Run, recorder: RunRecorder, stretch: Stretch, addedMs: Milliseconds): Promise<void> {
  const append = (interval: RequestInterval, ms: Milliseconds): void =>
    recorder.appendRequests({
      ...interval,
      startMonoMs: interval.startMonoMs + ms,
      endMonoMs: interval.endMonoMs + ms,
    });
  const of = (when: When): readonly RequestInterval[] =>
    run.requests.filter(({ startMonoMs }) => whenOf(stretch, startMonoMs) === when);
  for (const interval of of('before')) append(interval, 0);
  const hours = (stretch.times * stretch.lengthMs) / 3_600_000;
  const steady = longerIntervals(of('steady'), Math.min(LONGEST_LOAD_INTERVAL_S, Math.max(1, Math.round(hours))));
  for (let n = 0; n < stretch.times; n += 1) {
    for (const interval of steady) append(interval, n * stretch.lengthMs);
    // What waits for the disk is bounded.
    await recorder.flush();
  }
  for (const interval of of('after')) append(interval, addedMs);
}

/** As many intervals of each request name made one: those of a night are longer than those of a minute. */
function longerIntervals(intervals: readonly RequestInterval[], each: number): RequestInterval[] {
  const names = [...new Set(intervals.map(({ name }) => name))];
  const longer = names.flatMap((name) => {
    const own = intervals.filter((one) => one.name === name);
    const groups = Array.from({ length: Math.ceil(own.length / each) }, (_, n) => own.slice(n * each, (n + 1) * each));
    return groups.flatMap((group) => mergeIntervals(group));
  });
  return longer.sort((a, b) => a.startMonoMs - b.startMonoMs);
}

/** The live heap comes again, as V8's collections do; all else comes once. */
function writeEvents(run: Run, recorder: RunRecorder, stretch: Stretch, addedMs: Milliseconds): void {
  const wallOf = (event: RunEvent, monoMs: MonoMs): RunEvent => ({
    ...event,
    monoMs,
    wallMs: event.wallMs + (monoMs - event.monoMs),
  });
  const steady = run.events.filter(({ monoMs }) => whenOf(stretch, monoMs) === 'steady');
  const live = steady.filter((event) => event.type === 'live-heap');
  const gained = (live.at(-1)?.bytes ?? 0) - (live[0]?.bytes ?? 0);
  const once = run.events.filter((event) => event.type !== 'live-heap' || whenOf(stretch, event.monoMs) !== 'steady');
  const all = once
    .filter((event) => event.type !== 'capture' || event.capture !== 'cpu')
    .map((event) =>
      wallOf(event, event.type === 'phase' ? phaseMs(event.monoMs) : spread(stretch, addedMs, event.monoMs)),
    );
  for (let n = 0; n < stretch.times; n += 1) {
    for (const event of live) {
      all.push({ ...wallOf(event, event.monoMs + n * stretch.lengthMs), bytes: event.bytes + n * gained } as RunEvent);
    }
  }
  for (const event of all.sort((a, b) => a.monoMs - b.monoMs)) recorder.appendEvent(event);

  function phaseMs(monoMs: MonoMs): MonoMs {
    return monoMs <= stretch.fromMs ? monoMs : monoMs + addedMs;
  }
}
