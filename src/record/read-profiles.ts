import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { errnoOf, storageError } from '../files/storage-error.ts';
import { parseCpuProfile } from '../format/cpu-profile.ts';
import { parseHeapProfile } from '../format/heap-profile.ts';
import type { CpuProfile, SamplingHeapProfile } from '../model/profiles.ts';
import type { CpuWindowRecord, HeapProfileRecord, RunManifest } from '../model/run-manifest.ts';

interface RunFolder {
  readonly dir: string;
}

/** Throws a ProfilerError: `cpu-profile-invalid` (exit 2) or `storage` (exit 6). */
export function readCpuProfile(run: RunFolder, record: CpuWindowRecord): Promise<CpuProfile> {
  return readCpuProfileFile(run.dir, record.file);
}

/** Throws a ProfilerError: `heap-profile-invalid` (exit 2) or `storage` (exit 6). */
export async function readHeapProfile(run: RunFolder, record: HeapProfileRecord): Promise<SamplingHeapProfile> {
  return parseHeapProfile(await readWhole(join(run.dir, record.file)), record.file);
}

/** The source maps of a run by their file name in `sources/`; one that is missing is left out. Throws a ProfilerError (exit 6). */
export async function readSourceMaps(
  run: RunFolder & { readonly manifest: Pick<RunManifest, 'scripts'> },
): Promise<ReadonlyMap<string, string>> {
  const maps = new Map<string, string>();
  for (const { mapFile } of run.manifest.scripts) {
    if (mapFile === null || maps.has(mapFile)) continue;
    const path = join(run.dir, 'sources', mapFile);
    const bytes = await readRegularFile(path, { noLinks: true }).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return null;
      throw storageError('cannot read', path, error);
    });
    if (bytes !== null) maps.set(mapFile, bytes.toString('utf8'));
  }
  return maps;
}

/** Reads one .cpuprofile of a run folder. */
export async function readCpuProfileFile(dir: string, file: string): Promise<CpuProfile> {
  return parseCpuProfile(await readWhole(join(dir, file)), file);
}

async function readWhole(path: string): Promise<Uint8Array> {
  return readRegularFile(path, { noLinks: true }).catch((error: unknown) => {
    throw storageError('cannot read', path, error);
  });
}
