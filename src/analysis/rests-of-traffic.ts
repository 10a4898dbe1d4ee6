import { requestCounter } from '../model/request-count.ts';
import type { MonoMs } from '../model/units.ts';
import { type Rise, risesOf } from '../stats/counters.ts';
import { findRests } from '../stats/rests.ts';
import type { RunData } from './run-data.ts';
import { coveredMs, type Span } from './spans.ts';

/** Requests as the service counted them: those of this tool that reads its metrics are none. */
function trafficRises({ samples, scraped }: RunData): Rise[] {
  const scrapes = (scraped?.scrapes ?? []).map(({ monoMs }) => monoMs);
  const rises = risesOf(samples, requestCounter(samples));
  if (scrapes.length === 0) return rises;
  return rises.map((rise) => {
    const own = scrapes.filter((atMs) => atMs > rise.atMs - rise.lastedMs && atMs <= rise.atMs).length;
    return { ...rise, gained: Math.max(0, rise.gained - own) };
  });
}

/**
 * Where nobody drives the load, when it rested by the count of the service itself, after its first request. Null if the
 * load is ours, or nobody counted.
 */
export function restsOfTraffic(run: RunData): Span[] | null {
  if (run.manifest.plan.load === 'scenario' || run.requests.length > 0) return null;
  const rises = trafficRises(run);
  const first = rises.findIndex(({ gained }) => gained > 0);
  return first < 0 ? null : findRests(rises.slice(first));
}

/** A health check shortly before the end does not end a rest: this many samples are tolerated. */
const NEAR_THE_END = 3;

/**
 * The rest that was not over when the service was last asked; captures at the end take their time. Null if there was
 * none, or where the service itself was gone.
 */
export function restAtEnd(run: RunData, rests: readonly Span[], endMs: MonoMs): Span | null {
  const last = rests.at(-1);
  const askedMs = trafficRises(run).at(-1)?.atMs ?? endMs;
  const isGone =
    run.events.findLast(({ type }) => type === 'target-lost' || type === 'target-back')?.type === 'target-lost';
  if (!last || isGone || askedMs - last.toMs > NEAR_THE_END * run.manifest.plan.sampleIntervalMs) return null;
  return { fromMs: last.fromMs, toMs: endMs };
}

/** Leaks are made by work: a clock that goes on with the requests that were served, and stands while none comes. */
export interface WorkClock {
  /** In milliseconds of the time in which as many requests came on average, so that slopes stay those of time. */
  readonly atMs: (monoMs: MonoMs) => number;
  readonly requestsAt: (monoMs: MonoMs) => number;
  /** Between the first and the last moment that are judged. */
  readonly requests: number;
  /** They came so evenly that time is as good a clock. */
  readonly isEven: boolean;
}

/** Fewer requests make no clock. */
const LEAST_REQUESTS = 20;
/** Where the two clocks differ by less at every moment, they tell the same. */
const EVEN = 0.05;

/** Null if requests were not counted. */
export function workClock(run: RunData, judged: Span): WorkClock | null {
  const rises = trafficRises(run);
  const marks = [{ ms: rises[0] ? rises[0].atMs - rises[0].lastedMs : 0, requests: 0 }];
  for (const { atMs, lastedMs, gained } of rises) {
    const known = marks.at(-1)?.requests ?? 0;
    // Of the time between two lives of the process nothing is known.
    if (atMs - lastedMs > (marks.at(-1)?.ms ?? 0)) marks.push({ ms: atMs - lastedMs, requests: known });
    marks.push({ ms: atMs, requests: known + gained });
  }
  const requestsAt = (monoMs: MonoMs): number => interpolate(marks, monoMs);
  const start = requestsAt(judged.fromMs);
  const requests = requestsAt(judged.toMs) - start;
  const spanMs = judged.toMs - judged.fromMs;
  if (requests < LEAST_REQUESTS || spanMs <= 0) return null;
  const shareOf = (monoMs: MonoMs): number => (requestsAt(monoMs) - start) / requests;
  const isUneven = marks.some(({ ms }) => {
    const passed = coveredMs([judged], { fromMs: judged.fromMs, toMs: ms }) / spanMs;
    return ms >= judged.fromMs && ms <= judged.toMs && Math.abs(shareOf(ms) - passed) > EVEN;
  });
  return { requestsAt, requests, isEven: !isUneven, atMs: (monoMs) => spanMs * shareOf(monoMs) };
}

function interpolate(marks: readonly { readonly ms: MonoMs; readonly requests: number }[], ms: MonoMs): number {
  let [low, high] = [0, marks.length - 1];
  if (ms <= (marks[low]?.ms ?? 0)) return marks[low]?.requests ?? 0;
  if (ms >= (marks[high]?.ms ?? 0)) return marks[high]?.requests ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.ms ?? 0) <= ms) low = middle;
    else high = middle;
  }
  const [a, b] = [marks[low], marks[high]];
  if (!a || !b) return 0;
  return b.ms > a.ms ? a.requests + ((b.requests - a.requests) * (ms - a.ms)) / (b.ms - a.ms) : b.requests;
}
