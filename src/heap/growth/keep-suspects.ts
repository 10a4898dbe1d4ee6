import { PROPERTY } from './edge-labels.ts';
import { gain, type PlaceSeries } from './find-anchors.ts';
import { isEngineClass } from './node-classes.ts';
import { SignatureTree } from './signature-tree.ts';
import type { SuspectSeries } from './suspect-series.ts';

const MOST = 20;
const LEAST_SHARE = 0.01;
const LEAST_OBJECTS = 8;

/** Leaves out noise: see the steps below. Biggest and most even growth first. */
export function keepSuspects(
  series: PlaceSeries,
  found: readonly SuspectSeries[],
  requests: readonly (number | null)[],
  growthBytes: number,
): SuspectSeries[] {
  return found
    .filter((suspect) => isWorthSaying(series, suspect, requests, growthBytes))
    .map((suspect) => ({ suspect, weight: gain(suspect.bytes) * evenness(suspect.bytes, requests) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST)
    .map(({ suspect }) => suspect);
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
  if (suspect.main < 0) return newBytes >= 0.05 * growthBytes && !isEngine(series, suspect.place.anchor);
  if (newObjects <= 0) return false;
  // A whole number of new objects a request is no noise, however small and whatever the class.
  if (isWholePerRequest(newObjects, requests)) return true;
  if (isEngine(series, suspect.main)) return false;
  return newObjects >= LEAST_OBJECTS && newBytes >= LEAST_SHARE * growthBytes;
}

/** The native side of a handle, a root of its own: the object of JavaScript that belongs to it (`TCP`, `Zlib`) is counted. */
function isShadow({ tree }: PlaceSeries, { main, place }: SuspectSeries): boolean {
  const at = main < 0 ? place.anchor : main;
  return tree.parent(at) === SignatureTree.root && tree.classes.get(tree.class(at)).startsWith('Node / ');
}

/** Under this name (`Symbol.for`) the probes that a soak puts into the service keep what is theirs. */
const PROFILER_HOME = `${PROPERTY}<symbol soak-profiler`;

/** What our own probes keep, lists of requests and queries that they count, is nothing of the service's. */
function isOfProfiler({ tree }: PlaceSeries, { main, place }: SuspectSeries): boolean {
  for (let at = main < 0 ? place.anchor : main; at !== SignatureTree.root; at = tree.parent(at)) {
    if (tree.labels.get(tree.label(at)).startsWith(PROFILER_HOME)) return true;
  }
  return false;
}

/** Code, hidden classes, feedback: what the engine keeps for itself. Backing arrays of the program's own are none of it. */
function isEngine({ tree }: PlaceSeries, signature: number): boolean {
  const name = tree.classes.get(tree.class(signature));
  return isEngineClass(name) && !/^\((string|array|object elements|object properties)\)$/.test(name);
}

/** 1.00, 2.00, 3.00 … new objects a request are a leak; the engine's own noise is fractional. */
function isWholePerRequest(newObjects: number, requests: readonly (number | null)[]): boolean {
  const served = requestsBetween(requests);
  if (served === null || served < 50) return false;
  const ratio = newObjects / served;
  return Math.round(ratio) >= 1 && Math.abs(ratio - Math.round(ratio)) < 0.02;
}

/** Requests from the first snapshot to the last; null where nobody counted. */
export function requestsBetween(requests: readonly (number | null)[]): number | null {
  const first = requests[0] ?? null;
  const last = requests.at(-1) ?? null;
  return first === null || last === null || last <= first ? null : last - first;
}

/**
 * How even the growth is over the intervals in which there was load, from near 0 (all at once, or falling off as a
 * warm-up does) to 1: the rate of the slowest interval over the mean rate. Intervals without requests say nothing.
 */
export function evenness(bytes: readonly number[], requests: readonly (number | null)[]): number {
  const rates: number[] = [];
  for (let at = 1; at < bytes.length; at++) {
    const before = requests[at - 1] ?? null;
    const after = requests[at] ?? null;
    const served = before === null || after === null ? 1 : after - before;
    if (served > 0) rates.push((bytes[at]! - bytes[at - 1]!) / served);
  }
  if (rates.length < 2) return 1;
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return mean <= 0 ? 0.05 : Math.max(0.05, Math.min(...rates) / mean);
}
