import type { Evidence } from '../../model/finding.ts';
import type { HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { bytesPerHour, figure, numberWord, percent } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import { PARTLY_RELEASED_SHARE, STEADY } from '../leak-thresholds.ts';
import type { AfterCollection } from './after-collection.ts';
import { judgeBounds } from './bounds.ts';
import type { GrowthBehaviour } from './growth-tests.ts';

/** What speaks for a suspect, each with the file that shows it. */
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
  const sizes = `${formatBytes(bytes[0] ?? 0)} to ${formatBytes(bytes.at(-1) ?? 0)}`;
  return { what: `${code(name)} by snapshot: ${counts.map(formatCount).join(', ')} (${sizes} retained).`, file };
}

function inEveryInterval(
  { loaded, growsInEveryInterval, evenness }: GrowthBehaviour,
  file: string | null,
): Evidence | null {
  if (!growsInEveryInterval || loaded.length < 2) return null;
  const even = evenness === null || evenness < STEADY ? '' : `, evenly within ${percent(1 - evenness)}`;
  return { what: `It grows in each of the ${numberWord(loaded.length)} intervals with load${even}.`, file };
}

function wholeNumber(suspect: HeapSuspect, { whole, loaded }: GrowthBehaviour): Evidence | null {
  if (whole === null) return null;
  const { request, perRequest, rivals } = whole;
  const figures = loaded.map(({ interval, amount }) => {
    const requests = request === null ? interval.requests : interval.requestsByName.get(request);
    return (amount / (requests ?? Number.NaN)).toFixed(2);
  });
  const of = request === null ? 'request' : `${code(request)} request`;
  const others = rivals.map((rival) => (rival.request === null ? 'all requests' : code(rival.request))).join(', ');
  const doubt = others === '' ? '' : ` ${others} would fit as well.`;
  const what = `${perRequest} ${code(suspect.class)} ${perRequest > 1 ? 'stay' : 'stays'} for each ${of}: ${figures.join(', ')} by interval between snapshots.${doubt}`;
  return { what, file: 'requests.ndjson' };
}

function shareOfGrowth(suspect: HeapSuspect, growth: HeapGrowth, file: string | null): Evidence | null {
  if (suspect.shareOfGrowth <= 0 || growth.growthBytes <= 0) return null;
  const all = formatBytes(growth.growthBytes);
  return { what: `It is ${percent(suspect.shareOfGrowth)} of all that grew in the heap (${all}).`, file };
}

function cohorts({ cohortsAlive }: GrowthBehaviour, file: string | null): Evidence | null {
  if (cohortsAlive === null) return null;
  return { what: `Of what was born under load, ${percent(cohortsAlive)} is alive in the last snapshot.`, file };
}

function inIdleTail(
  { counts }: HeapSuspect,
  { releasedInIdle, outlivedIdle, survivors }: GrowthBehaviour,
  file: string | null,
): Evidence | null {
  if (!outlivedIdle || (releasedInIdle ?? 0) > PARTLY_RELEASED_SHARE) return null;
  const same =
    survivors === null
      ? ''
      : ` Of the ${formatCount(counts.at(-2) ?? 0)} that stood there when the load ended, ${formatCount(Math.min(survivors, counts.at(-2) ?? 0))} are the same objects after it.`;
  return { what: `The time without requests and its collections did not shrink it.${same}`, file };
}

function brokenBound(suspect: HeapSuspect, behaviour: GrowthBehaviour, file: string | null): Evidence | null {
  const { broken } = judgeBounds(suspect, behaviour);
  return broken === null ? null : { what: broken, file };
}

function lineOfTheHeap({ what, entry, isGrowing }: AfterCollection): Evidence | null {
  if (!entry || !isGrowing) return null;
  const { trend } = entry;
  const interval = `${bytesPerHour(trend.low)} to ${bytesPerHour(trend.high)}`;
  return {
    what: `${what} after collections grows by ${bytesPerHour(trend.slope)} (95 % interval ${interval}) on a line (R2 ${figure(trend.rSquared)}, ${trend.points} points).`,
    file: 'events.ndjson',
  };
}
