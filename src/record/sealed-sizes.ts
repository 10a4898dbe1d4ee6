import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../files/storage-error.ts';
import type { JournalSeal, RunSeal } from '../model/run-manifest.ts';
import type { Bytes } from '../model/units.ts';

type Seals = RunSeal['journals'];

/** The seals of closed journals with the sizes of their files: what is added to one later is not read. */
export async function withSizes(dir: string, seals: Seals): Promise<Seals> {
  const sized: Record<string, JournalSeal> = {};
  for (const [file, seal] of Object.entries(seals)) {
    const bytes = await sizeOf(join(dir, file));
    sized[file] = { lines: seal.lines, checksum: seal.checksum, ...(bytes === null ? {} : { bytes }) };
  }
  return sized;
}

/** Whether something was added to a journal since the run was closed. */
export async function haveGrown(dir: string, seals: Seals): Promise<boolean> {
  for (const [file, { bytes }] of Object.entries(seals))
    if (bytes !== undefined && ((await sizeOf(join(dir, file))) ?? 0) > bytes) return true;
  return false;
}

/** Null if it cannot be known. */
async function sizeOf(path: string): Promise<Bytes | null> {
  return await stat(path).then(
    ({ size }) => size,
    (error: unknown) => (errnoOf(error) === 'ENOENT' ? 0 : null),
  );
}
