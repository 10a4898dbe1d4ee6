import type { Holder } from '../../model/holder.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import {
  type Bytes,
  formatBytes,
  formatCount,
  formatDuration,
  type Milliseconds,
  type Share,
} from '../../model/units.ts';
import { bytesPerHour, figure, percent, perRequestWords } from '../figures.ts';
import { holderText } from '../holder.ts';
import { code } from '../terms.ts';
import type { Line } from './heap-suspects.ts';

/** In place of a holder in advice. */
export const HOLDER = 'what holds it';
export const COMPARED = 'No group of objects that the snapshots compare grows like a leak.';
export const MOVES =
  'Another object holds them in each snapshot, so no single place grows like a leak. A queue of work in progress looks the same while the load rises.';

/** `error`: why there is no comparison; null if there is no reason to tell. */
export function notCompared(error: string | null): string {
  return `There were no snapshots to compare${error ? ` (${error})` : ''}: the holder of the objects is unknown, and a cache that is still filling looks the same.`;
}

export function heapGrows({ slope, low, high, rSquared, points }: Line): string {
  return `The heap after collections grows by ${bytesPerHour(slope)} (95 % interval ${bytesPerHour(low)} to ${bytesPerHour(high)}; R2 ${figure(rSquared)}, ${points} points).`;
}

export interface ByRequests {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly bytesPerRequest: number;
  readonly rSquared: number;
  readonly collections: number;
}

export function heapByRequests(line: ByRequests): string {
  const { from, to, bytesPerRequest, rSquared, collections } = line;
  return `The heap after collections grew from ${formatBytes(from)} to ${formatBytes(to)}, ${formatBytes(bytesPerRequest)} per request (R2 ${figure(rSquared)}, ${collections} collections).`;
}

/** Of small objects in a short run. */
export function heapTooCoarse(level: Bytes | null): string {
  if (level === null) return 'There were too few collections to see it in the size of the heap.';
  return `In the size of the heap after collections (${formatBytes(level)}) this is too little to be seen: that size comes and goes by more.`;
}

/** Bytes by samples of live objects, a request. */
export function siteGrows(site: {
  readonly place: SourcePlace;
  readonly readings: number;
  readonly growth: { readonly slope: number; readonly low: number; readonly high: number };
}): string {
  const { slope, low, high } = site.growth;
  return `After each request ${formatBytes(slope)} more stay alive of what ${at(site.place)} allocates (95 % interval ${formatBytes(Math.max(0, low))} to ${formatBytes(high)}), evenly over ${site.readings} readings of the allocation profile.`;
}

/** A statement that keeps what is allocated there was not found. */
export const NOTHING_ADDS =
  'No statement that keeps these objects was found: the one that does may have a limit that is not reached yet.';

/** Why what is kept may have an end, and the statement that says so. */
export interface MayFill {
  readonly why: 'limit' | 'keys' | 'expiry' | 'eviction' | 'removal' | 'package';
  readonly at: { readonly file: string; readonly line: number } | null;
  readonly items?: number;
  readonly afterMs?: Milliseconds;
}

export function mayFill({ why, at, items, afterMs }: MayFill): string {
  const place = at ? ` (${at.file}:${at.line})` : '';
  const reason = {
    limit: `The size of their container is compared with a limit${items === undefined ? '' : ` of ${formatCount(items)}`}${place}`,
    keys: `Their container has a limited number of keys${place}`,
    expiry: `Entries older than ${formatDuration(afterMs ?? 0)} are removed${place}, but the run is too short to show it`,
    eviction: `A statement removes other entries${place}`,
    removal: `A statement removes objects${place}`,
    package: 'The container of the objects belongs to a package',
  }[why];
  return `${reason}: it may be a cache that is still filling. A longer run would show which it is, or a snapshot (\`--max-pause 60s\`, when the load is low).`;
}

/** The functions that can be meant as well. */
export function oneOf(others: readonly SourcePlace[]): string {
  const first = others.slice(0, 2).map(at).join(' and ');
  return `The objects that ${first} allocates increase at the same rate. The objects of a cache that is renewed all the time do so too, so this run cannot say which of them leak.`;
}

export interface ClassCounts {
  readonly class: string;
  readonly counts: readonly number[];
}

/** `compared`: counted in snapshots, not by live objects of some classes. */
export function byClass(grown: readonly ClassCounts[], compared: boolean): string {
  const each = grown.map(({ class: name, counts }) => `${code(name)} ${counts.map(formatCount).join(', ')}`);
  const how = compared
    ? 'Objects by class in the snapshots, wherever they are held'
    : 'Live objects by class, counted under equal load';
  return `${how}: ${each.join('; ')}.`;
}

export function allocatedIn(share: Share, place: SourcePlace): string {
  return `Of what stays alive, ${percent(share)} was allocated in ${at(place)}.`;
}

export interface Unnamed {
  /** Null if no class is known. */
  readonly class: string | null;
  readonly perRequest: number | null;
  /** Where it is allocated; null if unknown. */
  readonly place: SourcePlace | null;
  /** There were snapshots to compare. */
  readonly compared: boolean;
  /** According to the source; null if it does not say. */
  readonly holder: Holder | null;
  /** In the size of the heap after collections. */
  readonly isVisible: boolean;
}

export function title({ class: name, perRequest, place, compared, holder, isVisible }: Unnamed): string {
  const held =
    holder === null || compared
      ? `${compared ? 'the snapshots do not say' : 'no snapshot says'} who holds them`
      : `by the source, they are in ${holderText(holder)}`;
  const grows = isVisible ? 'The JS heap grows' : 'Live objects become more';
  if (name === null) {
    return place
      ? `${grows}, and what stays was allocated in ${at(place)}; ${held}.`
      : `${grows}, and ${compared ? 'the snapshots do not say' : 'no snapshot says'} what holds the objects that grew.`;
  }
  const rate = perRequest === null ? '' : `, ${perRequestWords(perRequest)}`;
  return `${grows}: ${code(name)} objects pile up${rate}${place ? `, made in ${at(place)}` : ''}; ${held}.`;
}

function at(place: SourcePlace): string {
  return `${code(place.function)} (${place.file}:${place.line})`;
}
