import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { errnoOf, storageError } from '../files/storage-error.ts';
import { manifestChecksum, parseRunManifest } from '../format/run-manifest.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Bytes } from '../model/units.ts';
import { MANIFEST } from './run-files.ts';

/** It lists what a run recorded: some megabytes after days. */
const MOST_MANIFEST_BYTES: Bytes = 128 * 1024 * 1024;

/**
 * Reads run.json of a run folder. Throws a ProfilerError: `run-manifest-missing`, `run-manifest-invalid`,
 * `run-too-new`, `file-too-large` (all exit 2), or `storage` (exit 6).
 */
export async function readManifest(dir: string): Promise<RunManifest> {
  return (await readCheckedManifest(dir)).manifest;
}

/** The same, with what its checksum says. */
export async function readCheckedManifest(
  dir: string,
): Promise<{ readonly manifest: RunManifest; readonly checksum: ReturnType<typeof manifestChecksum> }> {
  const path = join(dir, MANIFEST);
  const bytes = await readRegularFile(path, { noLinks: true, maxBytes: MOST_MANIFEST_BYTES }).catch(
    (error: unknown) => {
      const errno = errnoOf(error);
      if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw storageError('cannot read', path, error);
      throw new ProfilerError(
        'run-manifest-missing',
        EXIT.usage,
        `${dir} is not a run folder: it has no ${MANIFEST}`,
        'Give a folder that profiler soak has written, such as profiles/2026-11-23T20-44-10-orders-api.',
        { cause: error },
      );
    },
  );
  const manifest = parseRunManifest(bytes, path);
  return { manifest, checksum: manifestChecksum(bytes) };
}
