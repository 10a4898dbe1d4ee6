import type { RequestFit, RequestOutcome, WholeNumber } from '../../model/heap-growth.ts';
import { type Bytes, formatBytes, formatCount, type Share } from '../../model/units.ts';
import { bytesPerHour, figure, numberWord, percent } from '../figures.ts';
import { code } from '../terms.ts';

/** Why a growing group is not a leak. */
export const CLEARED = {
  noLoad: 'no requests came between the snapshots',
  notGrown: 'it did not grow',
  released: 'it was released while no request came',
  atRest: 'it grew at first and then levelled off',
  notEach: 'it did not grow in every interval between snapshots',
  tiny: 'it hardly grew',
  engine: 'objects of V8 itself, which change with compiled code',
} as const;

const MOST_TIMES = 10;
const NOTHING = 0.0005;

/** Why a suspect might not be a leak. */
export const DOUBT = {
  released: (share: Share): string => `${percent(share)} of its growth was released while no request came.`,
  renewed: (share: Share): string =>
    `${percent(share)} of its growth were other objects after the time without requests. The count is the same, so something replaces them, or a cache evicts entries.`,
  slowing: (share: Share): string =>
    `Its growth slows down: per request it is now ${percent(share)} of the first rate.`,
  uneven: 'It grew unevenly: the number per request differs between intervals.',
  few: (gained: number): string => `It gained only ${gained} objects.`,
  small: (bytes: Bytes): string => `It is a small part of what grew: ${formatBytes(bytes)}.`,
  filling:
    'A cache that is still filling looks the same until it is full; no sign of a bound or an expiry was found on its holder.',
  /** `line`: the statement that removes. */
  bounded: (line: string): string =>
    `A cache that is still filling looks the same until it is full: ${line} may be what bounds it.`,
  /** `nextAtTimes`: at steady growth the next step comes when the run is this many times as long. */
  steps: (bytes: readonly Bytes[], nextAtTimes: number): string => {
    const times = Math.max(2, Math.ceil(nextAtTimes + 0.25));
    const longer = times > MOST_TIMES ? 'much longer run' : `run ${numberWord(times)} times as long`;
    return `Its store grows in steps (${bytes.map(formatBytes).join(', ')} by snapshot). Between two steps it looks level, so steady growth and a full cache look the same. A ${longer} would show which it is.`;
  },
  noIdle: 'The run had no time without requests, in which an expiry or a queue could empty.',
  backlog: (aborted: number): string =>
    `${formatCount(aborted)} requests were not answered in time and were aborted: the service may still keep objects of these requests. Soak again with a load that the service can handle.`,
} as const;

export const NOT_OPEN =
  'The number of open or running ones does not rise. So they have ended, and only their entries stay.';

export const SERIES = { heap: 'The heap', buffers: 'Memory of buffers' } as const;

export function bySnapshot(name: string, counts: readonly number[], bytes: readonly Bytes[]): string {
  // One that grows, not more of them.
  if (new Set(counts).size === 1) return `It retains ${bytes.map(formatBytes).join(', ')} by snapshot.`;
  const sizes = `${formatBytes(bytes[0] ?? 0)} to ${formatBytes(bytes.at(-1) ?? 0)}`;
  return `${code(name)} by snapshot: ${counts.map(formatCount).join(', ')} (${sizes} retained).`;
}

/** `evenWithin`: how much the intervals differ; null if they are not even. */
export function inEveryInterval(intervals: number, evenWithin: Share | null): string {
  const within = evenWithin === null || evenWithin < NOTHING ? '' : ` within ${percent(evenWithin)}`;
  const even = evenWithin === null ? '' : `, evenly${within}`;
  return `It grows in each of the ${numberWord(intervals)} intervals with load${even}.`;
}

/** `figures`: objects per request, by interval. */
export function stayForEach(name: string, whole: WholeNumber, figures: readonly number[]): string {
  const { perRequest, rivals, since } = whole;
  const of = requestsOf(whole);
  const others = rivals.map((rival) => (rival.request === null ? 'all requests' : requestsOf(rival))).join(', ');
  const doubt = others === '' ? '' : ` ${others} would fit as well.`;
  const each = figures.map((one) => one.toFixed(2)).join(', ');
  const from = since === 0 ? '' : ' since it began';
  return `${perRequest} ${code(name)} ${perRequest > 1 ? 'stay' : 'stays'} for each ${of}${from}: ${each} by interval between snapshots.${doubt}`;
}

const ENDED: Readonly<Record<RequestOutcome, string>> = {
  any: '',
  failed: ' that failed',
  aborted: ' that was aborted',
};

function requestsOf({ request, outcome }: RequestFit): string {
  return `${request === null ? 'request' : `${code(request)} request`}${ENDED[outcome]}`;
}

export function shareOfGrowth(share: Share, ofBytes: Bytes): string {
  return `It is ${percent(share)} of the growth of the heap (${formatBytes(ofBytes)}).`;
}

export function cohortsAlive(share: Share): string {
  return `Of the objects created under load, ${percent(share)} are alive in the last snapshot.`;
}

/** `same`: how many are the same objects, of how many; null if object ids do not tell. */
export function notShrunk(same: { readonly survivors: number; readonly of: number } | null): string {
  const survived =
    same === null
      ? ''
      : ` Of the ${formatCount(same.of)} that were there when the load ended, ${formatCount(same.survivors)} are the same objects after it.`;
  return `It did not shrink in the time without requests, although garbage was collected.${survived}`;
}

/** Bytes per millisecond. */
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
