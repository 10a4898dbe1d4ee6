import { join } from 'node:path';
import { readEvent } from '../format/event-line.ts';
import { readRequestInterval } from '../format/request-line.ts';
import { readSample } from '../format/sample-line.ts';
import { readScrape } from '../format/scrape-line.ts';
import { ProfilerError } from '../model/errors.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunManifest, RunSeal } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { Scrape } from '../model/scrape.ts';
import type { Bytes } from '../model/units.ts';
import { MENDED } from '../words/losses.ts';
import { completeManifest } from './complete-manifest.ts';
import { findLosses } from './find-losses.ts';
import { listArtefacts } from './list-artefacts.ts';
import { type ReadJournal, type RunDamage, readJournal } from './read-journal.ts';
import { readCheckedManifest } from './read-manifest.ts';
import { rebuildManifest } from './rebuild-manifest.ts';
import { refuseIrregularRun } from './refuse-irregular.ts';
import { JOURNALS, MANIFEST } from './run-files.ts';

export interface Run {
  readonly dir: string;
  /** Its lists name the artefacts that are really there: see `completeManifest`. */
  readonly manifest: RunManifest;
  readonly samples: readonly Sample[];
  readonly events: readonly RunEvent[];
  readonly requests: readonly RequestInterval[];
  /** Readings of the service's own metrics; empty if they were not asked for. */
  readonly scrapes: readonly Scrape[];
  /** Its profiles, snapshots and files of the database, with their sizes. */
  readonly onDisk: ReadonlyMap<string, Bytes>;
  /** All that was lost, left out or made up for. Empty when the run ended in order. */
  readonly damage: readonly RunDamage[];
  /** What no verdict can do without and that is missing, damaged or changed: see `findLosses`. */
  readonly losses: readonly string[];
}

/**
 * Reads a run folder, however its recording ended: damaged lines are left out, a lost run.json is made up from the
 * journals, artefacts that run.json does not know yet are added. Profiles and snapshots stay on the disk until asked for.
 * Throws a ProfilerError: exit 2 when this is no run folder or comes from a later version, exit 6 when the disk refuses.
 */
export async function readRun(dir: string): Promise<Run> {
  await refuseIrregularRun(dir);
  const unknownMetrics = new Map<string, number>();
  const countUnknown = (name: string): void => {
    unknownMetrics.set(name, (unknownMetrics.get(name) ?? 0) + 1);
  };
  const stated = await statedManifest(dir);
  const sealed = sealedJournals(stated);
  const [samples, events, requests] = await Promise.all([
    readJournal(
      join(dir, JOURNALS.samples),
      JOURNALS.samples,
      (record) => readSample(record, countUnknown),
      sealed[JOURNALS.samples]?.bytes,
    ),
    readJournal(join(dir, JOURNALS.events), JOURNALS.events, readEvent, sealed[JOURNALS.events]?.bytes),
    readJournal(join(dir, JOURNALS.requests), JOURNALS.requests, readRequestInterval, sealed[JOURNALS.requests]?.bytes),
  ]);
  const recorded = { samples: samples.records, events: events.records, requests: requests.records };
  const found = manifestOf(dir, stated, recorded);
  const scrapes = found.manifest.scrape
    ? await readJournal(join(dir, JOURNALS.scrapes), JOURNALS.scrapes, readScrape, sealed[JOURNALS.scrapes]?.bytes)
    : null;
  const onDisk = await listArtefacts(dir);
  const complete = await completeManifest(dir, found.manifest, recorded, onDisk.keys());
  const journals = new Map<string, Omit<ReadJournal<unknown>, 'records'>>([
    [JOURNALS.samples, samples],
    [JOURNALS.events, events],
    [JOURNALS.requests, requests],
  ]);
  if (scrapes) journals.set(JOURNALS.scrapes, scrapes);
  return {
    dir,
    manifest: complete.manifest,
    ...recorded,
    scrapes: scrapes?.records ?? [],
    onDisk,
    damage: [
      ...found.damage,
      ...samples.damage,
      ...unknownMetricNotes(unknownMetrics),
      ...events.damage,
      ...requests.damage,
      ...(scrapes?.damage ?? []),
      ...complete.damage,
    ],
    losses: findLosses({
      manifest: found.isMadeUp ? null : found.manifest,
      checksum: found.checksum,
      isEnded: events.records.some(({ type }) => type === 'end'),
      journals,
      onDisk,
    }),
  };
}

type CheckedManifest = Awaited<ReturnType<typeof readCheckedManifest>>;

interface FoundManifest extends CheckedManifest {
  readonly isMadeUp: boolean;
  readonly damage: readonly RunDamage[];
}

/** What run.json says; where it is lost or damaged, why. */
async function statedManifest(dir: string): Promise<CheckedManifest | ProfilerError> {
  try {
    return await readCheckedManifest(dir);
  } catch (error) {
    const isLost =
      error instanceof ProfilerError && ['run-manifest-missing', 'run-manifest-invalid'].includes(error.code);
    if (!isLost) throw error;
    return error;
  }
}

/** Only as far as run.json is what the tool wrote. */
function sealedJournals(stated: CheckedManifest | ProfilerError): RunSeal['journals'] {
  if (stated instanceof ProfilerError || stated.checksum !== 'right') return {};
  return stated.manifest.seal?.journals ?? {};
}

function manifestOf(
  dir: string,
  stated: CheckedManifest | ProfilerError,
  recorded: { readonly samples: readonly Sample[]; readonly events: readonly RunEvent[] },
): FoundManifest {
  if (!(stated instanceof ProfilerError)) return { ...stated, isMadeUp: false, damage: [] };
  const manifest = rebuildManifest(dir, recorded);
  if (!manifest) throw stated;
  const reason = MENDED.manifest(stated.message);
  return {
    manifest,
    checksum: 'missing',
    isMadeUp: true,
    damage: [{ file: MANIFEST, line: null, byteOffset: null, reason }],
  };
}

function unknownMetricNotes(unknown: ReadonlyMap<string, number>): RunDamage[] {
  return [...unknown].slice(0, 20).map(([name, times]) => ({
    file: JOURNALS.samples,
    line: null,
    byteOffset: null,
    reason: `${times} values of ${JSON.stringify(name.slice(0, 80))} left out: this version has no such metric`,
  }));
}
