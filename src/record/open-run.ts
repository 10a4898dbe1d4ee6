import { chmod, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseWithoutRoom } from '../files/free-space.ts';
import { KnownFolders } from '../files/known-folders.ts';
import { lstatOf, makeFolders } from '../files/output-place.ts';
import { rethrowFor } from '../files/storage-error.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { formatRunManifest } from '../format/run-manifest.ts';
import type { RunManifest, RunSeal } from '../model/run-manifest.ts';
import type { Bytes } from '../model/units.ts';
import { redacted } from '../redact/redact-values.ts';
import type { NamedLock } from '../target/named-lock.ts';
import { JournalLedger } from './journal-ledger.ts';
import { JOURNAL_FLAGS } from './journal-writer.ts';
import { readCheckedManifest } from './read-manifest.ts';
import { refuseIrregularRun } from './refuse-irregular.ts';
import { artefactsOf, FOLDERS, JOURNALS, type JournalName, MANIFEST } from './run-files.ts';
import { lockNameOf, lockRun } from './run-lock.ts';
import { checkRunPlace, type RunPlace, refuseFilledFolder, removeRun, setAside } from './run-place.ts';
import { type Ledgers, type OpenOptions, type RecorderOptions, RunRecorder } from './run-recorder.ts';
import { haveGrown } from './sealed-sizes.ts';

export interface PlaceOptions {
  /** Replace a run that is there. */
  readonly overwrite?: boolean;
  readonly neededBytes?: Bytes;
}

/** What `createRun` would refuse, asked before anything else is done. Makes nothing, and throws as `createRun` does. */
export async function checkBeforeRun(dir: string, options: PlaceOptions): Promise<RunPlace> {
  const place = await checkRunPlace(dir, options.overwrite ?? false);
  refuseWithoutRoom(dir, options.neededBytes ?? 0, 'the run');
  return place;
}

/**
 * Starts a new run folder (0700, files 0600) and writes its run.json. With `overwrite`, a run that is there is set aside
 * under another name, and removed when the new one has been closed and holds data. Throws a ProfilerError: exit 2 when
 * something is in the folder that may not be replaced, exit 6 when the disk refuses or has no room for `neededBytes`.
 */
export async function createRun(
  dir: string,
  manifest: RunManifest,
  options: RecorderOptions & PlaceOptions = {},
): Promise<RunRecorder> {
  const lockName = lockNameOf(dir);
  const place = await checkBeforeRun(dir, options);
  const locks: NamedLock[] = [];
  let replaced: string | null = null;
  let isMade = false;
  try {
    if (place === 'earlier-run') {
      // Nobody may add to it meanwhile: it will be removed.
      locks.push(await lockRun(dir, lockName));
      replaced = await setAside(dir, manifest.clock.startWallMs);
    }
    await makeOwnFolder(dir);
    locks.push(await lockRun(dir));
    // Another may have recorded a run there since it was looked at.
    await refuseFilledFolder(dir);
    isMade = true;
    return await openRecorder(dir, manifest, {
      ...options,
      ledgers: newLedgers(),
      ...NOTHING_EARLIER,
      replaced,
      locks,
    });
  } catch (error) {
    if (isMade) await removeRun(dir).catch(() => {});
    // Not where another run has taken the place.
    if (replaced !== null && (isMade || lstatOf(dir) === null)) await rename(replaced, dir).catch(() => {});
    for (const lock of locks) lock.release();
    throw error;
  }
}

/**
 * Goes on with the run in `dir`, unless another process records it: journals are appended to, the manifest is that
 * of run.json. It is sealed again only where it was sealed before: nobody knows what a run that was killed, or changed since, should hold.
 */
export async function resumeRun(dir: string, options: RecorderOptions = {}): Promise<RunRecorder> {
  const lock = await lockRun(dir);
  try {
    await refuseIrregularRun(dir);
    const { manifest, checksum } = await readCheckedManifest(dir);
    const { seal, ...open } = manifest;
    const isAsSealed = seal !== undefined && checksum === 'right' && !(await haveGrown(dir, seal.journals));
    const ledgers = isAsSealed ? newLedgers(seal.journals) : null;
    return await openRecorder(dir, open, {
      ...options,
      ledgers,
      earlier: artefactsOf(manifest),
      checksums: seal?.checksums ?? {},
      replaced: null,
      locks: [lock],
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

const NOTHING_EARLIER = { earlier: [], checksums: {} };

function newLedgers(from: RunSeal['journals'] = {}): Ledgers {
  const ledger = (name: JournalName): JournalLedger => new JournalLedger(from[JOURNALS[name]]);
  return {
    samples: ledger('samples'),
    requests: ledger('requests'),
    events: ledger('events'),
    scrapes: ledger('scrapes'),
  };
}

async function openRecorder(dir: string, given: RunManifest, options: OpenOptions): Promise<RunRecorder> {
  const manifest = redacted(given);
  const folders = new KnownFolders();
  try {
    folders.add(dir);
    // First of all: a folder with it is known as a run, whenever this is ended.
    await writeAtomically(join(dir, MANIFEST), formatRunManifest(manifest));
    for (const folder of FOLDERS) {
      if (folder === 'clinic' && manifest.plan.clinicWindowMs === undefined) continue;
      await makeOwnFolder(join(dir, folder));
      folders.add(join(dir, folder));
    }
    // All journals are there from the start, so that a missing one is a loss to the reader.
    for (const name of Object.values(JOURNALS)) {
      if (name === JOURNALS.scrapes && !manifest.scrape) continue;
      const path = join(dir, name);
      const file = await open(path, JOURNAL_FLAGS, 0o600).catch(rethrowFor(path));
      await file.close();
    }
    return new RunRecorder(dir, manifest, folders, options);
  } catch (error) {
    folders.release();
    throw error;
  }
}

/** 0700 whatever the umask says. One that is there already keeps the mode that its owner gave it. */
async function makeOwnFolder(path: string): Promise<void> {
  if (makeFolders(path)) await chmod(path, 0o700).catch(rethrowFor(path));
}
