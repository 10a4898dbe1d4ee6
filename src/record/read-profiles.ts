import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCpuProfile } from '../format/cpu-profile.ts';
import { parseHeapProfile } from '../format/heap-profile.ts';
import type { CpuProfile, SamplingHeapProfile } from '../model/profiles.ts';
import type { CpuWindowRecord, HeapProfileRecord, RunManifest } from '../model/run-manifest.ts';
import { storageError } from './storage-error.ts';

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

/** The source maps of a run by their file name in `sources/`; one that cannot be read is left out. */
export async function readSourceMaps(
  run: RunFolder & { readonly manifest: Pick<RunManifest, 'scripts'> },
): Promise<ReadonlyMap<string, string>> {
  const maps = new Map<string, string>();
  for (const { mapFile } of run.manifest.scripts) {
    if (mapFile === null || maps.has(mapFile)) continue;
    const text = await readFile(join(run.dir, 'sources', mapFile), 'utf8').catch(() => null);
    if (text !== null) maps.set(mapFile, text);
  }
  return maps;
}

/** Reads one .cpuprofile of a run folder. */
export async function readCpuProfileFile(dir: string, file: string): Promise<CpuProfile> {
  return parseCpuProfile(await readWhole(join(dir, file)), file);
}

async function readWhole(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw storageError('cannot read', path, error);
  });
}
