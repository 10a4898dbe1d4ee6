import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { SourceCollector } from '../capture/source-collector.ts';
import { createPlaceOf } from '../cpu/place-of.ts';
import type { CpuProfile, PlaceOf } from '../model/profiles.ts';
import { readManifest } from '../record/read-manifest.ts';
import { readSourceMaps } from '../record/read-profiles.ts';
import type { InspectorSession } from '../target/session.ts';

/** By the source maps that stand beside the scripts now, as process `pid` sees its files; nothing is kept. */
export async function placesOfScripts(
  { nodes }: Pick<CpuProfile, 'nodes'>,
  { pid, session }: { readonly pid: number; readonly session: InspectorSession | null },
): Promise<PlaceOf> {
  const dir = await mkdtemp(join(tmpdir(), 'soak-profiler-'));
  try {
    const collector = new SourceCollector({ pid, folder: join(dir, 'sources') });
    const found = collector.collect(nodes.map(({ callFrame }) => callFrame.url));
    const scripts = session ? await collector.addLoadedMaps(found, session) : found;
    return createPlaceOf(scripts, await readSourceMaps({ dir, manifest: { scripts } }));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * For a .cpuprofile that was recorded before. One in a run folder has the source maps of its run beside it; any other
 * is read with what stands on this machine under the paths that it names.
 */
export async function placesOfProfile(file: string, profile: CpuProfile): Promise<PlaceOf> {
  const folder = dirname(resolve(file));
  const runDir = dirname(folder);
  if (basename(folder) === 'cpu' && existsSync(join(runDir, 'run.json'))) {
    const manifest = await readManifest(runDir);
    return createPlaceOf(manifest.scripts, await readSourceMaps({ dir: runDir, manifest }));
  }
  return placesOfScripts(profile, { pid: process.pid, session: null });
}
