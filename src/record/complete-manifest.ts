import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rethrowStorage } from '../files/storage-error.ts';
import { answeredRequests } from '../model/request-count.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { CpuWindowRecord, HeapProfileRecord, RunManifest, SnapshotRecord } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { MonoMs } from '../model/units.ts';
import { MENDED } from '../words/losses.ts';
import type { RunDamage } from './read-journal.ts';
import { readCpuProfileFile } from './read-profiles.ts';
import { artefactKind } from './run-files.ts';

/**
 * Listed apart from the profiles of live objects and from the snapshots of the main thread; of no use without their records.
 */
const LISTED_APART = /^heap\/(?:burst\.heapprofile|worker-\d+-\d+\.heapsnapshot)$/;

interface Recorded {
  readonly samples: readonly Sample[];
  readonly events: readonly RunEvent[];
}

interface Lists {
  readonly snapshots: SnapshotRecord[];
  readonly cpuWindows: CpuWindowRecord[];
  readonly heapProfiles: HeapProfileRecord[];
}

/** An artefact on the disk that run.json does not list: the tool was ended between writing the two. */
interface Unlisted {
  readonly file: string;
  readonly bytes: number;
  readonly monoMs: MonoMs;
  readonly capture: Extract<RunEvent, { type: 'capture' }> | null;
  /** The last sample before it. */
  readonly sample: Sample | null;
  readonly requests: number | null;
}

/**
 * Brings the lists of run.json in line with the disk: records whose file is gone are taken out, artefacts that are not
 * listed get a record from their capture event, the samples around them and, for CPU windows, their own time stamps.
 * Every change is reported as damage. `files`: what there is, see `listArtefacts`.
 */
export async function completeManifest(
  dir: string,
  manifest: RunManifest,
  recorded: Recorded,
  files: Iterable<string>,
): Promise<{ manifest: RunManifest; damage: RunDamage[] }> {
  const all = new Set(files);
  const { allocationBurst, workerSnapshots, ...others } = manifest;
  const hasBurst = allocationBurst !== undefined && all.has(allocationBurst.file);
  const apart = [...(allocationBurst ? [allocationBurst] : []), ...(workerSnapshots ?? [])];
  const onDisk = new Set([...all].filter((file) => artefactKind(file) !== 'database' && !LISTED_APART.test(file)));
  const listed = [...manifest.snapshots, ...manifest.cpuWindows, ...manifest.heapProfiles].map(({ file }) => file);
  const damage = [
    ...listed.filter((file) => !onDisk.has(file)),
    ...apart.map(({ file }) => file).filter((file) => !all.has(file)),
  ].map((file) => note(file, MENDED.missing));
  const lists: Lists = {
    snapshots: manifest.snapshots.filter(({ file }) => onDisk.has(file)),
    cpuWindows: manifest.cpuWindows.filter(({ file }) => onDisk.has(file)),
    heapProfiles: manifest.heapProfiles.filter(({ file }) => onDisk.has(file)),
  };
  for (const file of onDisk) {
    if (listed.includes(file)) continue;
    // A recording that was closed in order has listed all that is its own.
    const told = manifest.seal ? MENDED.foreign : await addUnlisted(lists, dir, file, manifest, recorded);
    damage.push(note(file, told));
  }
  lists.snapshots.sort((a, b) => a.monoMs - b.monoMs);
  lists.cpuWindows.sort((a, b) => a.startMonoMs - b.startMonoMs);
  lists.heapProfiles.sort((a, b) => a.monoMs - b.monoMs);
  const kept = {
    ...(hasBurst ? { allocationBurst } : {}),
    ...(workerSnapshots ? { workerSnapshots: workerSnapshots.filter(({ file }) => all.has(file)) } : {}),
  };
  return { manifest: { ...others, ...kept, ...lists }, damage };
}

/** Adds the record of one artefact to its list; returns what is to be reported about it. */
async function addUnlisted(
  lists: Lists,
  dir: string,
  file: string,
  manifest: RunManifest,
  recorded: Recorded,
): Promise<string> {
  const kind = artefactKind(file);
  if (kind === 'cpu') {
    const window = await cpuWindowRecord(dir, file, recorded);
    if (typeof window === 'string') return window;
    lists.cpuWindows.push(window);
  } else {
    const unlisted = await describe(dir, file, manifest, recorded);
    if (kind === 'heap-snapshot') lists.snapshots.push(snapshotRecord(unlisted));
    else lists.heapProfiles.push(heapProfileRecord(unlisted, manifest));
  }
  return MENDED.rebuilt;
}

async function describe(dir: string, file: string, manifest: RunManifest, recorded: Recorded): Promise<Unlisted> {
  const { size, mtimeMs } = await stat(join(dir, file));
  const capture =
    recorded.events.filter((event) => event.type === 'capture').find((event) => event.file === file) ?? null;
  const { startWallMs, startMonoMs } = manifest.clock;
  const monoMs = capture?.cost.startMonoMs ?? mtimeMs - startWallMs + startMonoMs;
  return {
    file,
    bytes: size,
    monoMs,
    capture,
    sample: lastSampleUntil(monoMs, recorded.samples),
    requests: answeredRequests(recorded.samples, monoMs),
  };
}

function snapshotRecord({ file, bytes, monoMs, capture, sample, requests }: Unlisted): SnapshotRecord {
  return {
    file,
    monoMs,
    segment: sample?.segment ?? 0,
    // An epoch of its own: it is unknown with which other snapshot its ids would compare.
    idEpoch: `unknown:${file}`,
    requests,
    bytes,
    pauseMs: capture?.cost.pauseMs ?? 0,
    heapUsedBytes: sample?.values['heap.used'] ?? 0,
    phase: 'unknown',
  };
}

function heapProfileRecord({ file, monoMs, sample, requests }: Unlisted, manifest: RunManifest): HeapProfileRecord {
  return {
    file,
    monoMs,
    segment: sample?.segment ?? 0,
    intervalBytes: manifest.plan.heapSamplingIntervalBytes,
    requests,
  };
}

/** A profile carries its own times: V8 stamps it, in microseconds, with the same monotonic clock that the run uses. */
async function cpuWindowRecord(dir: string, file: string, { samples }: Recorded): Promise<CpuWindowRecord | string> {
  try {
    const profile = await readCpuProfileFile(dir, file);
    const endMonoMs = profile.endTime / 1000;
    const sample = lastSampleUntil(endMonoMs, samples);
    return {
      file,
      startMonoMs: profile.startTime / 1000,
      endMonoMs,
      segment: sample?.segment ?? 0,
      requests: answeredRequests(samples, endMonoMs),
    };
  } catch (error) {
    rethrowStorage(error);
    return MENDED.unreadable(error instanceof Error ? error.message : String(error));
  }
}

function lastSampleUntil(monoMs: MonoMs, samples: readonly Sample[]): Sample | null {
  return samples.findLast((sample) => sample.monoMs <= monoMs) ?? null;
}

function note(file: string, reason: string): RunDamage {
  return { file, line: null, byteOffset: null, reason };
}
