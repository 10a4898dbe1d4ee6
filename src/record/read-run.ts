import { join } from 'node:path';
import { readEvent } from '../format/event-line.ts';
import { readRequestInterval } from '../format/request-line.ts';
import { readSample } from '../format/sample-line.ts';
import { readScrape } from '../format/scrape-line.ts';
import { ProfilerError } from '../model/errors.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { Scrape } from '../model/scrape.ts';
import type { Bytes } from '../model/units.ts';
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
  /** Readings of the service's own metrics; empty where they were not asked for. */
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
  const [samples, events, requests] = await Promise.all([
    readJournal(join(dir, JOURNALS.samples), JOURNALS.samples, (record) => readSample(record, countUnknown)),
    readJournal(join(dir, JOURNALS.events), JOURNALS.events, readEvent),
    readJournal(join(dir, JOURNALS.requests), JOURNALS.requests, readRequestInterval),
  ]);
  const recorded = { samples: samples.records, events: events.records, requests: requests.records };
  const found = await manifestOf(dir, recorded);
  const scrapes = found.manifest.scrape
    ? await readJournal(join(dir, JOURNALS.scrapes), JOURNALS.scrapes, readScrape)
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

interface FoundManifest extends Awaited<ReturnType<typeof readCheckedManifest>> {
  readonly isMadeUp: boolean;
  readonly damage: readonly RunDamage[];
}

async function manifestOf(
  dir: string,
  recorded: { readonly samples: readonly Sample[]; readonly events: readonly RunEvent[] },
): Promise<FoundManifest> {
  try {
    return { ...(await readCheckedManifest(dir)), isMadeUp: false, damage: [] };
  } catch (error) {
    if (!(error instanceof ProfilerError)) throw error;
    const manifest = ['run-manifest-missing', 'run-manifest-invalid'].includes(error.code)
      ? rebuildManifest(dir, recorded)
      : null;
    if (!manifest) throw error;
    const reason = `${error.message}; made up from the journals: target, plan and thresholds are unknown`;
    return {
      manifest,
      checksum: 'missing',
      isMadeUp: true,
      damage: [{ file: MANIFEST, line: null, byteOffset: null, reason }],
    };
  }
}

function unknownMetricNotes(unknown: ReadonlyMap<string, number>): RunDamage[] {
  return [...unknown].slice(0, 20).map(([name, times]) => ({
    file: JOURNALS.samples,
    line: null,
    byteOffset: null,
    reason: `${times} values of ${JSON.stringify(name.slice(0, 80))} left out: this version has no such metric`,
  }));
}
