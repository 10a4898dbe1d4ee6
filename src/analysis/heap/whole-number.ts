import type { RequestFit, WholeNumber } from '../../model/heap-growth.ts';
import type { SnapshotInterval } from '../snapshot-intervals.ts';
import type { Gain } from './growth-tests.ts';

/** Whose requests are counted: those of a name, or of all; of these all, or those that ended so. */
type Candidate = Pick<RequestFit, 'request' | 'outcome'>;

/**
 * In-flight requests at a snapshot move a count by a few. Not a share: of three or more a request, chance would often come
 * as near.
 */
const WHOLE_TOLERANCE = 0.03;
const MOST_PER_REQUEST = 20;
/** Routes that come equally often differ by chance only: what fits no more than this worse may be it as well. */
const AS_GOOD = 0.01;
/** Fewer are as often by chance. */
const LEAST_OF_OUTCOME = 10;
/**
 * A single interval has no second one to agree with: there the numbers must be large, and meet. Of counts of 100 that have
 * nothing to do with each other, one pair in 15 is as near, if their means are the same.
 */
const LEAST_ALONE = 100;
const ALONE = { share: 0.01, count: 2, mostPerRequest: 3 };
/** Before it began there is less of it. */
const BEFORE = 0.9;

/** Requests of an interval that a fit covers; NaN where nobody counted them. */
export function requestsOf({ requests, requestsByName }: SnapshotInterval, { request, outcome }: Candidate): number {
  if (request === null) return requests || Number.NaN;
  const counts = requestsByName.get(request);
  return counts?.[outcome === 'any' ? 'begun' : outcome] || Number.NaN;
}

export function perRequestIn({ interval, amount }: Gain, candidate: Candidate): number {
  return amount / requestsOf(interval, candidate);
}

/**
 * A leak keeps 1.00, 2.00, 3.00 objects per request; noise of the engine keeps 0.1 or 0.46. Tried for every request name,
 * for those of them that failed or were aborted, and for all together; where several fit, the smallest number is the
 * likeliest story. What fits only the later intervals began in the middle.
 */
export function wholeNumber(loaded: readonly Gain[]): WholeNumber | null {
  for (let since = 0; since < loaded.length; since += 1) {
    const best = bestOf(
      candidatesOf(loaded).flatMap((one) => {
        const fit = fitOf(loaded.slice(since), one);
        return fit && hasBegun(loaded.slice(0, since), fit) ? fit : [];
      }),
    );
    if (best) return { ...best, since };
  }
  return null;
}

function candidatesOf(loaded: readonly Gain[]): Candidate[] {
  const names = new Set(loaded.flatMap(({ interval }) => [...interval.requestsByName.keys()]));
  return [
    { request: null, outcome: 'any' },
    ...[...names].flatMap((request) => [
      { request, outcome: 'any' as const },
      ...(['failed', 'aborted'] as const)
        .filter((outcome) => loaded.some(({ interval }) => endsInPart(interval, request, outcome)))
        .map((outcome) => ({ request, outcome })),
    ]),
  ];
}

/** Where all end so, those that did are no other requests. */
function endsInPart({ requestsByName }: SnapshotInterval, request: string, outcome: 'failed' | 'aborted'): boolean {
  const counts = requestsByName.get(request);
  return counts !== undefined && counts[outcome] >= LEAST_OF_OUTCOME && counts[outcome] < counts.begun;
}

function hasBegun(before: readonly Gain[], fit: RequestFit): boolean {
  return before.every((gain) => !(perRequestIn(gain, fit) > BEFORE * fit.perRequest));
}

type Fit = RequestFit & { readonly deviation: number };

function bestOf(fits: readonly Fit[]): Omit<WholeNumber, 'since'> | null {
  const ofAll = fits.find(({ request }) => request === null);
  const byNumber = [...fits].sort((a, b) => a.perRequest - b.perRequest || a.deviation - b.deviation);
  if (ofAll && ofAll.perRequest === byNumber[0]?.perRequest) return { ...ofAll, rivals: [] };
  const closest = Math.min(...fits.map(({ deviation }) => deviation));
  const [best, ...rivals] = byNumber.filter(({ deviation }) => deviation <= closest + AS_GOOD);
  return best ? { ...best, rivals } : null;
}

/** Null if it is no whole number; `deviation` is the largest of an interval, as a share. */
function fitOf(judged: readonly Gain[], candidate: Candidate): Fit | null {
  const ratios = judged.map((gain) => perRequestIn(gain, candidate));
  const perRequest = Math.round(ratios[0] ?? Number.NaN);
  if (!(perRequest >= 1 && perRequest <= MOST_PER_REQUEST)) return null;
  const away = Math.max(...ratios.map((ratio) => Math.abs(ratio - perRequest)));
  if (!(away <= WHOLE_TOLERANCE)) return null;
  if (judged.length === 1 && !meetsAlone(judged[0]!, candidate, perRequest)) return null;
  return { ...candidate, perRequest, deviation: away / perRequest };
}

function meetsAlone({ interval, amount }: Gain, candidate: Candidate, perRequest: number): boolean {
  const requests = requestsOf(interval, candidate);
  const away = Math.abs(amount - perRequest * requests);
  return (
    requests >= LEAST_ALONE &&
    perRequest <= ALONE.mostPerRequest &&
    away <= Math.max(ALONE.count, ALONE.share * requests)
  );
}
