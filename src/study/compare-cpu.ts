import { joinWindows } from '../cpu/join-windows.ts';
import { createPlaceOf, toldFromFolder } from '../cpu/place-of.ts';
import type { FlameWindows } from '../model/flame-windows.ts';
import { findChangedArtefacts, withoutArtefacts } from '../record/changed-artefacts.ts';
import { readSourceMaps } from '../record/read-profiles.ts';
import { readRun } from '../record/read-run.ts';
import { cpuFlames } from './document/cpu-pages.ts';
import { readCpu } from './read-cpu.ts';

/** The CPU of two runs under load as two windows, the earlier run first; null where one of them has no CPU profile that can be read. */
export async function compareCpu(beforeDir: string, afterDir: string): Promise<FlameWindows | null> {
  // One after the other: the profiles of a night take much memory.
  const before = await cpuOf(beforeDir);
  const after = before && (await cpuOf(afterDir));
  return before && after && joinWindows(before, after);
}

async function cpuOf(runDir: string): Promise<FlameWindows | null> {
  const recorded = await readRun(runDir);
  const run = withoutArtefacts(recorded, await findChangedArtefacts(recorded, ['cpu']));
  const ignore = (): void => {};
  const maps = await readSourceMaps(run, ignore);
  const placeOf = createPlaceOf(toldFromFolder(run.manifest.scripts, run.manifest.target.cwd), maps, ignore);
  const cpu = await readCpu(run, placeOf, ignore);
  return cpu && cpuFlames(cpu, placeOf, run.manifest.clock.startMonoMs);
}
