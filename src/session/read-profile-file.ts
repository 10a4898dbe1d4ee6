import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createPlaceOf } from '../cpu/place-of.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { parseCpuProfile } from '../format/cpu-profile.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CpuProfile, PlaceOf } from '../model/profiles.ts';
import { readManifest } from '../record/read-manifest.ts';
import { readSourceMaps } from '../record/read-profiles.ts';
import { localPlaces } from './local-places.ts';

export interface ProfileFile {
  readonly profile: CpuProfile;
  readonly placeOf: PlaceOf;
}

/**
 * A .cpuprofile that somebody names. One in a run folder has the source maps of its run beside it; any other is read
 * with what stands on this machine under the paths that it names. `note` is told
 * of source maps that are left out. Throws a ProfilerError (exit 2).
 */
export async function readProfileFile(file: string, note: (text: string) => void): Promise<ProfileFile> {
  const bytes = await readRegularFile(file, { pipes: true }).catch((error: Error) => {
    const hint = 'Name a .cpuprofile: one of profiles/<run-id>/cpu/, or make one with profiler cpu.';
    throw new ProfilerError('profile-unreadable', EXIT.usage, `${file} cannot be read: ${error.message}`, hint);
  });
  const profile = parseCpuProfile(bytes, file);
  const folder = dirname(resolve(file));
  const runDir = dirname(folder);
  if (basename(folder) !== 'cpu' || !existsSync(join(runDir, 'run.json'))) {
    return {
      profile,
      placeOf: localPlaces(
        profile.nodes.map(({ callFrame }) => callFrame.url),
        { note },
      ),
    };
  }
  const manifest = await readManifest(runDir);
  return {
    profile,
    placeOf: createPlaceOf(manifest.scripts, await readSourceMaps({ dir: runDir, manifest }, note), note),
  };
}
