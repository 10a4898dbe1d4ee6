import type { RequestFit } from '../../model/heap-growth.ts';
import { type Bytes, formatBytes, formatCount, type Share } from '../../model/units.ts';
import { bytesPerHour, figure, numberWord, percent } from '../figures.ts';
import { code } from '../terms.ts';

/** Why a group that grew is no leak. */
export const CLEARED = {
  noLoad: 'no load came between the snapshots',
  notGrown: 'it did not grow',
  released: 'it was let go while no request came',
  atRest: 'it grew at first and came to rest',
  notEach: 'it did not grow in every interval between snapshots',
  tiny: 'it grew by next to nothing',
  engine: 'objects of the engine itself, which come and go with compiled code',
} as const;

const MOST_TIMES = 10;

/** Why a suspect might be none. */
export const DOUBT = {
  released: (share: Share): string => `${percent(share)} of its growth was let go while no request came.`,
  renewed: (share: Share): string =>
    `${percent(share)} of its growth were other objects after the time without requests: as many as before, so something renews them, or a cache turns over.`,
  slowing: (share: Share): string =>
    `Its growth slows down: later ${percent(share)} of what it was a request at first.`,
  uneven: 'It grew unevenly: not by the same number a request in each interval.',
  few: (gained: number): string => `It gained only ${gained} objects.`,
  small: (bytes: Bytes): string => `It is a small part of what grew: ${formatBytes(bytes)}.`,
  filling:
    'A cache that is still filling looks the same until it is full; no sign of a bound or an expiry was found on its holder.',
  /** `line`: the statement that removes. */
  bounded: (line: string): string =>
    `A cache that is still filling looks the same until it is full: ${line} may be what bounds it.`,
  /** `nextAtTimes`: at steady growth the next step comes when the run is so many times as long. */
  steps: (bytes: readonly Bytes[], nextAtTimes: number): string => {
    const times = Math.max(2, Math.ceil(nextAtTimes + 0.25));
    const longer = times > MOST_TIMES ? 'much longer run' : `run ${numberWord(times)} times as long`;
    return `Its store grows in steps (${bytes.map(formatBytes).join(', ')} by snapshot). Between two steps it looks at rest, and these fit steady growth as well as a cache that is full. A ${longer} tells.`;
  },
  noIdle: 'The run had no time without requests, in which an expiry or a queue would have emptied.',
  backlog: (aborted: number): string =>
    `${formatCount(aborted)} requests were not answered in time and were aborted: this may be what they left waiting in the service. Soak again with a load that the service manages.`,
} as const;

export const NOT_OPEN =
  'The number of those that the process has open or running does not rise with them: they have ended, and their entries stay.';

export const SERIES = { heap: 'The heap', buffers: 'Memory of buffers' } as const;

export function bySnapshot(name: string, counts: readonly number[], bytes: readonly Bytes[]): string {
  const sizes = `${formatBytes(bytes[0] ?? 0)} to ${formatBytes(bytes.at(-1) ?? 0)}`;
  return `${code(name)} by snapshot: ${counts.map(formatCount).join(', ')} (${sizes} retained).`;
}

/** `evenWithin`: how much the intervals differ; null where they are not even. */
export function inEveryInterval(intervals: number, evenWithin: Share | null): string {
  const even = evenWithin === null ? '' : `, evenly within ${percent(evenWithin)}`;
  return `It grows in each of the ${numberWord(intervals)} intervals with load${even}.`;
}

/** `figures`: objects a request, by interval. */
export function stayForEach(
  name: string,
  { request, perRequest }: RequestFit,
  rivals: readonly RequestFit[],
  figures: readonly number[],
): string {
  const of = request === null ? 'request' : `${code(request)} request`;
  const others = rivals.map((rival) => (rival.request === null ? 'all requests' : code(rival.request))).join(', ');
  const doubt = others === '' ? '' : ` ${others} would fit as well.`;
  const each = figures.map((one) => one.toFixed(2)).join(', ');
  return `${perRequest} ${code(name)} ${perRequest > 1 ? 'stay' : 'stays'} for each ${of}: ${each} by interval between snapshots.${doubt}`;
}

export function shareOfGrowth(share: Share, ofBytes: Bytes): string {
  return `It is ${percent(share)} of all that grew in the heap (${formatBytes(ofBytes)}).`;
}

export function cohortsAlive(share: Share): string {
  return `Of what was created under load, ${percent(share)} is alive in the last snapshot.`;
}

/** `same`: how many are the same objects, of how many; null where object ids do not tell. */
export function notShrunk(same: { readonly survivors: number; readonly of: number } | null): string {
  const survived =
    same === null
      ? ''
      : ` Of the ${formatCount(same.of)} that were there when the load ended, ${formatCount(same.survivors)} are the same objects after it.`;
  return `The time without requests and its collections did not shrink it.${survived}`;
}

/** Bytes a millisecond. */
export interface Line {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly rSquared: number;
  readonly points: number;
}

/** `what`: one of SERIES. */
export function onALine(what: string, { slope, low, high, rSquared, points }: Line): string {
  return `${what} after collections grows by ${bytesPerHour(slope)} (95 % interval ${bytesPerHour(low)} to ${bytesPerHour(high)}) on a line (R2 ${figure(rSquared)}, ${points} points).`;
}
