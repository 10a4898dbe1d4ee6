import type { JournalSeal, RunManifest } from '../model/run-manifest.ts';
import type { Bytes } from '../model/units.ts';
import { LOSS } from '../words/losses.ts';
import type { ReadJournal, RunDamage } from './read-journal.ts';
import { MANIFEST } from './run-files.ts';

export interface ReadBack {
  /** Null where run.json was lost and made up from the journals. */
  readonly manifest: RunManifest | null;
  readonly checksum: 'right' | 'wrong' | 'missing';
  /** Whether the end of the run is written down. */
  readonly isEnded: boolean;
  /** By file name. */
  readonly journals: ReadonlyMap<string, Omit<ReadJournal<unknown>, 'records'>>;
  /** Profiles, snapshots and files of the database that are there, with their sizes. */
  readonly onDisk: ReadonlyMap<string, Bytes>;
}

/**
 * What is missing of a run folder, or is no longer what the tool wrote: in sentences. Empty if nothing is. A line that
 * was torn while it was written and written again is no loss; the seal tells. Runs of earlier versions have none: there
 * all damage that can be seen counts, and lines that are gone as a whole are seen by the time that they leave out.
 */
export function findLosses({ manifest, checksum, isEnded, journals, onDisk }: ReadBack): string[] {
  if (!manifest) return [LOSS.manifestLost(MANIFEST)];
  const losses: string[] = [];
  const isEarlier = isOfEarlierVersion(manifest);
  if (checksum === 'wrong') losses.push(LOSS.manifestChanged(MANIFEST));
  if (checksum === 'missing' && !isEarlier) losses.push(LOSS.checksumLost(MANIFEST));
  if (isEnded && !manifest.seal && !isEarlier) losses.push(LOSS.notClosed);
  for (const [file, { seen, surplusBytes, damage }] of journals) {
    const loss = manifest.seal ? sealedLoss(manifest.seal.journals[file], seen, surplusBytes) : damagedLoss(damage);
    if (loss) losses.push(LOSS.of(file, loss));
  }
  return [...losses, ...lostFiles(manifest, onDisk)];
}

/** Whether it was recorded before runs were sealed: whether something is missing cannot be told for sure. */
function isOfEarlierVersion({ plan, seal }: RunManifest): boolean {
  return plan.views === undefined && seal === undefined;
}

function sealedLoss(sealed: JournalSeal | undefined, seen: JournalSeal, surplusBytes: Bytes): string | null {
  if (!sealed) return LOSS.notSealed;
  const missing = sealed.lines - seen.lines;
  if (missing > 0) return LOSS.linesMissing(missing, sealed.lines);
  if (missing < 0 || sealed.checksum !== seen.checksum) return LOSS.otherLines;
  return surplusBytes > 0 ? LOSS.bytesAdded(surplusBytes) : null;
}

function damagedLoss(damage: readonly RunDamage[]): string | null {
  const [first] = damage;
  if (!first) return null;
  return damage.length === 1 ? first.reason : LOSS.andMore(first.reason, damage.length - 1);
}

function lostFiles(
  { seal, snapshots, workerSnapshots = [], cpuWindows, heapProfiles, allocationBurst }: RunManifest,
  onDisk: ReadBack['onDisk'],
): string[] {
  const expected = new Map<string, Bytes | null>();
  for (const { file } of [...cpuWindows, ...heapProfiles, ...(allocationBurst ? [allocationBurst] : [])])
    expected.set(file, null);
  for (const { file, bytes } of [...snapshots, ...workerSnapshots]) expected.set(file, bytes);
  for (const [file, bytes] of Object.entries(seal?.files ?? {})) expected.set(file, bytes);
  return [...expected].flatMap(([file, bytes]) => {
    const found = onDisk.get(file);
    if (found === undefined) return [LOSS.fileMissing(file)];
    return bytes === null || bytes === found ? [] : [LOSS.otherSize(file, found, bytes)];
  });
}
