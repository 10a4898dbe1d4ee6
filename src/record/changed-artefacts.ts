import { join } from 'node:path';
import { checksumOfFile } from '../files/checksum.ts';
import { storageError } from '../files/storage-error.ts';
import { hex } from '../format/crc32.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { LOSS } from '../words/losses.ts';
import type { Run } from './read-run.ts';
import { type ArtefactKind, artefactKind } from './run-files.ts';

/**
 * Artefacts of these kinds whose content is not what was written, by the checksums of the seal; none in runs that have no
 * checksums. Each is read once, and nothing is kept of it. Throws a
 * ProfilerError (exit 6).
 */
export async function findChangedArtefacts(
  { dir, manifest, onDisk }: Pick<Run, 'dir' | 'manifest' | 'onDisk'>,
  kinds: readonly ArtefactKind[],
): Promise<string[]> {
  const changed: string[] = [];
  for (const [file, checksum] of Object.entries(manifest.seal?.checksums ?? {})) {
    const kind = artefactKind(file);
    if (kind === null || !kinds.includes(kind) || !onDisk.has(file)) continue;
    const path = join(dir, file);
    const found = await checksumOfFile(path).catch((error: unknown) => {
      throw storageError('cannot read', path, error);
    });
    if (hex(found) !== checksum) changed.push(file);
  }
  return changed;
}

/** The run as if these artefacts were missing, which is a loss: nothing is to be concluded from them. */
export function withoutArtefacts(run: Run, changed: readonly string[]): Run {
  if (changed.length === 0) return run;
  const isKept = ({ file }: { readonly file: string }): boolean => !changed.includes(file);
  const { allocationBurst, workerSnapshots, ...others } = run.manifest;
  const manifest: RunManifest = {
    ...others,
    snapshots: others.snapshots.filter(isKept),
    cpuWindows: others.cpuWindows.filter(isKept),
    heapProfiles: others.heapProfiles.filter(isKept),
    ...(allocationBurst && isKept(allocationBurst) ? { allocationBurst } : {}),
    ...(workerSnapshots ? { workerSnapshots: workerSnapshots.filter(isKept) } : {}),
  };
  const reason = LOSS.otherContent;
  // One of another size is reported as such.
  const isTold = (file: string): boolean => run.manifest.seal?.files[file] !== run.onDisk.get(file);
  return {
    ...run,
    manifest,
    onDisk: new Map([...run.onDisk].filter(([file]) => !changed.includes(file))),
    damage: [...run.damage, ...changed.map((file) => ({ file, line: null, byteOffset: null, reason }))],
    losses: [...run.losses, ...changed.filter((file) => !isTold(file)).map((file) => LOSS.of(file, reason))],
  };
}
