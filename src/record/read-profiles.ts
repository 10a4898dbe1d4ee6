import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { errnoOf, storageError } from '../files/storage-error.ts';
import { parseCpuProfile } from '../format/cpu-profile.ts';
import { parseHeapProfile } from '../format/heap-profile.ts';
import { jsonBomb } from '../format/json-memory.ts';
import { ProfilerError } from '../model/errors.ts';
import type { CpuProfile, SamplingHeapProfile } from '../model/profiles.ts';
import type { CpuWindowRecord, HeapProfileRecord, RunManifest } from '../model/run-manifest.ts';
import { unusableMap } from '../model/source-map.ts';

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

/** More than any that was written here: the run folder may come from elsewhere. */
const LARGEST_MAP_BYTES = 64 * 1024 * 1024;
const MOST_MAPS_BYTES = 256 * 1024 * 1024;

/**
 * The source maps of a run by their file name in `sources/`. One that is missing is left out, and so is, with a note, one
 * that would take too much memory. Throws a ProfilerError (exit 6).
 */
export async function readSourceMaps(
  run: RunFolder & { readonly manifest: Pick<RunManifest, 'scripts'> },
  note: (text: string) => void,
): Promise<ReadonlyMap<string, string>> {
  const maps = new Map<string, string>();
  const seen = new Set<string>();
  let bytesLeft = MOST_MAPS_BYTES;
  for (const { mapFile, url } of run.manifest.scripts) {
    if (mapFile === null || seen.has(mapFile)) continue;
    seen.add(mapFile);
    const bytes = await readMap(run.dir, mapFile, Math.min(LARGEST_MAP_BYTES, bytesLeft));
    const fault = typeof bytes === 'string' ? bytes : bytes && jsonBomb(bytes);
    if (fault !== null) note(unusableMap(url, `sources/${mapFile} ${fault}`));
    else if (bytes !== null) {
      maps.set(mapFile, bytes.toString('utf8'));
      bytesLeft -= bytes.length;
    }
  }
  return maps;
}

/** Null if it is missing; why it is left out, in words that follow its name. */
async function readMap(dir: string, mapFile: string, maxBytes: number): Promise<Buffer | string | null> {
  const path = join(dir, 'sources', mapFile);
  return readRegularFile(path, { noLinks: true, maxBytes }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    if (error instanceof ProfilerError && error.code === 'file-too-large') return 'is too large';
    throw storageError('cannot read', path, error);
  });
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
