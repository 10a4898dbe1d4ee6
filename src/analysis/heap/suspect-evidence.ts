import type { Evidence } from '../../model/finding.ts';
import type { HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import * as say from '../../words/checks/heap-suspects.ts';
import { PARTLY_RELEASED_SHARE, STEADY } from '../leak-thresholds.ts';
import type { AfterCollection } from './after-collection.ts';
import type { GrowthBehaviour } from './growth-tests.ts';
import { judgeBounds } from './judge-bounds.ts';
import { perRequestIn } from './whole-number.ts';

/** The evidence for a suspect, each with the file that shows it. */
export function suspectEvidence(
  suspect: HeapSuspect,
  behaviour: GrowthBehaviour,
  growth: HeapGrowth,
  heap: AfterCollection,
): Evidence[] {
  const last = growth.snapshots.at(-1)?.file ?? null;
  const evidence: (Evidence | null)[] = [
    wholeNumber(suspect, behaviour),
    inSnapshots(suspect, last),
    inEveryInterval(behaviour, last),
    shareOfGrowth(suspect, growth, last),
    cohorts(behaviour, last),
    inIdleTail(suspect, behaviour, last),
    brokenBound(suspect, behaviour, last),
    lineOfTheHeap(heap),
  ];
  return evidence.filter((item) => item !== null);
}

function inSnapshots({ class: name, counts, bytes }: HeapSuspect, file: string | null): Evidence {
  return { what: say.bySnapshot(name, counts, bytes), file };
}

function inEveryInterval(
  { loaded, growsInEveryInterval, evenness, whole }: GrowthBehaviour,
  file: string | null,
): Evidence | null {
  if (!growsInEveryInterval || loaded.length < 2 || (whole?.since ?? 0) > 0) return null;
  const evenWithin = evenness === null || evenness < STEADY ? null : 1 - evenness;
  return { what: say.inEveryInterval(loaded.length, evenWithin), file };
}

function wholeNumber(suspect: HeapSuspect, { whole, loaded }: GrowthBehaviour): Evidence | null {
  if (whole === null) return null;
  const figures = loaded.map((gain) => perRequestIn(gain, whole));
  const byLoad = loaded.some(({ interval }) => interval.namedBy === 'load');
  return { what: say.stayForEach(suspect.class, whole, figures), file: byLoad ? 'requests.ndjson' : 'events.ndjson' };
}

function shareOfGrowth(suspect: HeapSuspect, growth: HeapGrowth, file: string | null): Evidence | null {
  if (suspect.shareOfGrowth <= 0 || growth.growthBytes <= 0) return null;
  return { what: say.shareOfGrowth(suspect.shareOfGrowth, growth.growthBytes), file };
}

function cohorts({ cohortsAlive }: GrowthBehaviour, file: string | null): Evidence | null {
  return cohortsAlive === null ? null : { what: say.cohortsAlive(cohortsAlive), file };
}

function inIdleTail(
  { counts }: HeapSuspect,
  { releasedInIdle, outlivedIdle, survivors }: GrowthBehaviour,
  file: string | null,
): Evidence | null {
  if (!outlivedIdle || (releasedInIdle ?? 0) > PARTLY_RELEASED_SHARE) return null;
  const of = counts.at(-2) ?? 0;
  return { what: say.notShrunk(survivors === null ? null : { survivors: Math.min(survivors, of), of }), file };
}

function brokenBound(suspect: HeapSuspect, behaviour: GrowthBehaviour, file: string | null): Evidence | null {
  const { broken } = judgeBounds(suspect, behaviour);
  return broken === null ? null : { what: broken, file };
}

function lineOfTheHeap({ what, entry, isGrowing }: AfterCollection): Evidence | null {
  if (!entry || !isGrowing) return null;
  return { what: say.onALine(what, entry.trend), file: 'events.ndjson' };
}
