import { evennessOf } from '../../stats/evenness.ts';
import { PROPERTY } from './edge-labels.ts';
import { gain, type PlaceSeries } from './find-anchors.ts';
import { isEngineClass } from './node-classes.ts';
import { PROFILER_SYMBOL } from './profiler-home.ts';
import { SignatureTree } from './signature-tree.ts';
import type { SuspectSeries } from './suspect-series.ts';

const MOST = 20;
/** Share of the total growth. The engine's own noise in the first thousand requests is below it. */
const LEAST_SHARE = 0.01;
/** A place that grows with nothing new below it may be a table that doubled, so it needs a larger share of the growth. */
const LEAST_SHARE_INSIDE = 0.05;
const LEAST_OBJECTS = 8;
/**
 * Below this many requests, a whole number per request is chance. The second value is how near it must be to a whole number.
 */
const LEAST_REQUESTS = 50;
const WHOLE_TOLERANCE = 0.02;

/** Leaves out noise: see the steps below. Biggest and most even growth first. */
export function keepSuspects(
  series: PlaceSeries,
  found: readonly SuspectSeries[],
  requests: readonly (number | null)[],
  growthBytes: number,
): SuspectSeries[] {
  return found
    .filter((suspect) => isWorthSaying(series, suspect, requests, growthBytes))
    .map((suspect) => ({ suspect, weight: gain(suspect.bytes) * evenShare(suspect.bytes, requests) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST)
    .map(({ suspect }) => suspect);
}

/** Uneven growth comes later in the list, but is not left out. */
const LEAST_WEIGHT = 0.05;

function evenShare(bytes: readonly number[], requests: readonly (number | null)[]): number {
  return Math.max(LEAST_WEIGHT, evennessOf(growthRates(bytes, requests)) ?? 1);
}

function isWorthSaying(
  series: PlaceSeries,
  suspect: SuspectSeries,
  requests: readonly (number | null)[],
  growthBytes: number,
): boolean {
  const newObjects = gain(suspect.counts);
  const newBytes = gain(suspect.bytes);
  if (newBytes <= 0 || isShadow(series, suspect) || isOfProfiler(series, suspect)) return false;
  if (suspect.main < 0)
    return newBytes >= LEAST_SHARE_INSIDE * growthBytes && !isOfEngine(series, suspect.place.anchor);
  if (newObjects <= 0) return false;
  // A whole number of new objects per request is not noise, however small it is and whatever the class.
  if (isWholePerRequest(newObjects, requests)) return true;
  if (isEngine(series, suspect.main)) return false;
  return newObjects >= LEAST_OBJECTS && newBytes >= LEAST_SHARE * growthBytes;
}

/**
 * The native side of a handle, a root of its own: the object of JavaScript that belongs to it (`TCP`, `Zlib`) is counted.
 */
function isShadow({ tree }: PlaceSeries, { main, place }: SuspectSeries): boolean {
  const at = main < 0 ? place.anchor : main;
  return tree.parent(at) === SignatureTree.root && tree.classes.get(tree.class(at)).startsWith('Node / ');
}

const PROFILER_HOME = `${PROPERTY}${PROFILER_SYMBOL}`;

/** What our own probes keep (lists of counted requests and queries) does not belong to the service. */
function isOfProfiler({ tree }: PlaceSeries, { main, place }: SuspectSeries): boolean {
  for (let at = main < 0 ? place.anchor : main; at !== SignatureTree.root; at = tree.parent(at)) {
    if (tree.labels.get(tree.label(at)).startsWith(PROFILER_HOME)) return true;
  }
  return false;
}

/**
 * Code, hidden classes, feedback: what the engine keeps for itself. Backing arrays of the program's objects do not count as
 * that.
 */
function isEngine({ tree }: PlaceSeries, signature: number): boolean {
  const name = tree.classes.get(tree.class(signature));
  return isEngineClass(name) && !/^\((string|array|object elements|object properties)\)$/.test(name);
}

/** Also a table that stands directly below a root of V8, as its cache of numbers as texts. */
function isOfEngine(series: PlaceSeries, signature: number): boolean {
  const above = series.tree.parent(signature);
  return isEngine(series, signature) || OF_V8.test(series.tree.classes.get(series.tree.class(above)));
}

const OF_V8 = /^\((?:[^)]* roots|[^)]* strings|[^)]* cache|Bootstrapper|Builtins)\)$/;

/** 1.00, 2.00, 3.00 … new objects per request are a leak; the engine's own noise is fractional. */
function isWholePerRequest(newObjects: number, requests: readonly (number | null)[]): boolean {
  const served = requestsBetween(requests);
  if (served === null || served < LEAST_REQUESTS) return false;
  const ratio = newObjects / served;
  return Math.round(ratio) >= 1 && Math.abs(ratio - Math.round(ratio)) < WHOLE_TOLERANCE;
}

/** Requests from the first snapshot to the last; null if not counted. */
export function requestsBetween(requests: readonly (number | null)[]): number | null {
  const first = requests[0] ?? null;
  const last = requests.at(-1) ?? null;
  return first === null || last === null || last <= first ? null : last - first;
}

/** Growth per request in each interval in which there was load; intervals without requests say nothing. */
export function growthRates(bytes: readonly number[], requests: readonly (number | null)[]): number[] {
  return bytes.slice(1).flatMap((now, i) => {
    const [before, after] = [requests[i] ?? null, requests[i + 1] ?? null];
    const served = before === null || after === null ? 1 : after - before;
    return served > 0 ? [(now - bytes[i]!) / served] : [];
  });
}
