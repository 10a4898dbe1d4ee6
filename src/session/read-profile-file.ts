import { existsSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { weightedTree } from '../cpu/call-tree.ts';
import { mergeWindows } from '../cpu/merge-windows.ts';
import { createPlaceOf } from '../cpu/place-of.ts';
import { usualInterval } from '../cpu/sample-spans.ts';
import { profileInFolder } from '../files/profile-in-folder.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { packingOf, unpack } from '../files/unpack.ts';
import { parseProfile } from '../format/profile-files/parse-profile.ts';
import type { ProfileContent } from '../format/profile-files/profile-content.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CpuProfile, PlaceOf } from '../model/profiles.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Microseconds, WallMs } from '../model/units.ts';
import type { FlameUnit, Timeline, WeightedTree } from '../model/weighted-tree.ts';
import { readManifest } from '../record/read-manifest.ts';
import { readSourceMaps } from '../record/read-profiles.ts';
import { localPlaces } from './local-places.ts';

/** A profile of whatever tool, as one tree. */
export interface ProfileFile {
  /** `.cpuprofile`, `pprof`: for people. */
  readonly format: string;
  readonly tree: WeightedTree;
  readonly unit: FlameUnit;
  /** Null if the file does not have its samples in order of time. */
  readonly timeline: Timeline | null;
  /** Null if the values are no time. */
  readonly durationUs: Microseconds | null;
  readonly intervalUs: Microseconds | null;
  /** When the recording began. */
  readonly startWallMs: WallMs | null;
  readonly placeOf: PlaceOf;
}

/**
 * A profile that somebody names: a file of any known format, packed or not, or a folder of 0x or Clinic. One in a run folder
 * has the source maps of its run beside it; any other is read with what stands on this machine under the paths that it
 * names. `note` is called for what is left out. Throws a ProfilerError (exit 2).
 */
export async function readProfileFile(named: string, note: (text: string) => void): Promise<ProfileFile> {
  const file = profileInFolder(named);
  const bytes = await readRegularFile(file, { pipes: true }).catch((error: Error) => {
    const hint = 'Name a profile: one of profiles/<run-id>/cpu/, or make one with profiler cpu.';
    throw new ProfilerError('profile-unreadable', EXIT.usage, `${file} cannot be read: ${error.message}`, hint);
  });
  const content = parseUnpacked(bytes, file);
  const manifest = await runOf(file);
  const start = (profile: CpuProfile): WallMs | null => wallStart(profile, manifest, file);
  const whole = content.kind === 'samples' ? ofSamples(content.profile, start) : ofWeights(content);
  for (const text of content.kind === 'weights' ? (content.notes ?? []) : []) note(`${file}: ${text}`);
  const urls = whole.tree.functions.map(({ url }) => url);
  const placeOf = manifest
    ? createPlaceOf(manifest.scripts, await readSourceMaps({ dir: runDirOf(file), manifest }, note), note)
    : localPlaces(urls.filter(isOfThisMachine), { note });
  return { format: content.format, ...whole, placeOf };
}

/** By its mark, or by its name; where nothing else fits, by trying: brotli has no mark. */
function parseUnpacked(bytes: Uint8Array, file: string): ProfileContent {
  const packing = packingOf(bytes) ?? (file.endsWith('.br') ? 'brotli' : null);
  if (packing !== null) return parseProfile(unpack(bytes, packing, file), file);
  try {
    return parseProfile(bytes, file);
  } catch (error) {
    const unpacked = unpackedBrotli(bytes, file);
    if (unpacked === null) throw error;
    return parseProfile(unpacked, file);
  }
}

function unpackedBrotli(bytes: Uint8Array, file: string): Uint8Array | null {
  try {
    return unpack(bytes, 'brotli', file);
  } catch {
    return null;
  }
}

function ofSamples(
  profile: CpuProfile,
  startOf: (profile: CpuProfile) => WallMs | null,
): Omit<ProfileFile, 'format' | 'placeOf'> {
  const timeline = { nodes: [] as number[], startsUs: [] as number[], endsUs: [] as number[] };
  const tree = mergeWindows([profile], undefined, (node, startUs, endUs) => {
    timeline.nodes.push(node);
    timeline.startsUs.push(startUs - profile.startTime);
    timeline.endsUs.push(endUs - profile.startTime);
  });
  return {
    tree: weightedTree(tree),
    unit: 'microseconds',
    timeline,
    durationUs: profile.endTime - profile.startTime,
    intervalUs: usualInterval(timeline.startsUs) || null,
    startWallMs: startOf(profile),
  };
}

function ofWeights(content: Extract<ProfileContent, { kind: 'weights' }>): Omit<ProfileFile, 'format' | 'placeOf'> {
  const { tree, unit, timeline = null, startWallMs = null } = content;
  const sum = tree.self.reduce((total, one) => total + one, 0);
  const durationUs = unit === 'microseconds' ? (timeline?.endsUs.at(-1) ?? sum) : null;
  return { tree, unit, timeline, durationUs, intervalUs: null, startWallMs };
}

/** By the clocks of its run; else by the time at which the file was written, which is the end of the recording. */
function wallStart(profile: CpuProfile, manifest: RunManifest | null, file: string): WallMs | null {
  if (manifest) return manifest.clock.startWallMs + profile.startTime / 1000 - manifest.clock.startMonoMs;
  const facts = statSync(file, { throwIfNoEntry: false });
  return facts?.isFile() ? facts.mtimeMs - (profile.endTime - profile.startTime) / 1000 : null;
}

function runDirOf(file: string): string {
  return dirname(dirname(resolve(file)));
}

/** The run that a file of a run folder belongs to. */
async function runOf(file: string): Promise<RunManifest | null> {
  const runDir = runDirOf(file);
  const isOfRun = ['cpu', 'heap'].includes(basename(dirname(resolve(file)))) && existsSync(join(runDir, 'run.json'));
  return isOfRun ? await readManifest(runDir) : null;
}

/** A relative path was relative to an unknown folder: the same path here is another file. */
function isOfThisMachine(url: string): boolean {
  return isAbsolute(url) || /^[a-z][\w+.-]*:/i.test(url);
}
