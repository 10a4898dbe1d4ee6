import type { HeapGrowth } from '../model/heap-growth.ts';
import { MOST_SIBLINGS, withoutLastPart } from '../model/request-name.ts';
import type { RouteCount, RunEvent } from '../model/run-event.ts';
import type { SnapshotRecord } from '../model/run-manifest.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { isOfProbes } from './count-routes.ts';
import type { RunView } from './run-view.ts';
import { coveredMs, overlaps, type Span } from './spans.ts';

/** The time between two snapshots that were compared. */
export interface SnapshotInterval extends Span {
  /** Time in which load came. */
  readonly loadedMs: Milliseconds;
  /** Requests that the target answered, or whose client went away before; null if not counted. */
  readonly requests: number | null;
  /** Requests by name: of our load, else by the routes that the target counted; empty if neither exists. */
  readonly requestsByName: ReadonlyMap<string, NamedCount>;
  /** Who counted them by name. */
  readonly namedBy: 'load' | 'target';
  /** Hardly a request came: what is not let go here is not an expiry or a queue. */
  readonly isIdle: boolean;
  /** Enough of the load came for its growth to be compared with that of the others. */
  readonly tells: boolean;
  /** It includes the time without load at the end of the run: what is left was kept through it. */
  readonly holdsIdleTail: boolean;
}

/** Requests of one name: all, those that were answered with an error, and those whose client went away before. */
export interface NamedCount {
  readonly begun: number;
  readonly failed: number;
  readonly aborted: number;
}

const NONE: NamedCount = { begun: 0, failed: 0, aborted: 0 };

function plus(a: NamedCount, b: NamedCount, sign: 1 | -1 = 1): NamedCount {
  return { begun: a.begun + sign * b.begun, failed: a.failed + sign * b.failed, aborted: a.aborted + sign * b.aborted };
}

/** Requests of an idle stretch, as a share of the busiest rate: health checks go on. */
const IDLE_SHARE = 0.1;
/** The same where only the time under load is known. */
const IDLE_TIME_SHARE = 0.05;
/**
 * Of the load of the fullest interval. Where less came, a handful of requests that were under way at a snapshot moves the
 * growth per request by more than a bound would.
 */
const TELLING_SHARE = 0.2;

/** Null when the snapshots of the comparison are not those of the run. */
export function snapshotIntervals(view: RunView, growth: HeapGrowth): SnapshotInterval[] | null {
  const marks = growth.snapshots.flatMap(({ file }, i) => {
    const record = findRecord(view.run.manifest.snapshots, file);
    return record ? [{ monoMs: record.monoMs, requests: growth.requests[i] ?? record.requests }] : [];
  });
  return marks.length === growth.snapshots.length ? intervalsBetween(view, marks) : null;
}

/** The time between two looks at the heap, whatever they were. `requests`: answered in all by then; null if not counted. */
export function intervalsBetween(
  view: RunView,
  marks: readonly { readonly monoMs: MonoMs; readonly requests: number | null }[],
): SnapshotInterval[] {
  const intervals: Omit<SnapshotInterval, 'isIdle' | 'tells'>[] = [];
  for (const [i, to] of marks.entries()) {
    const from = marks[i - 1];
    if (!from) continue;
    const span = { fromMs: from.monoMs, toMs: to.monoMs };
    const isDriven = view.run.requests.length > 0;
    const requestsByName = isDriven ? countByName(view, span) : countByRoute(view, span);
    const { begun, aborted } = [...requestsByName.values()].reduce((sum, one) => plus(sum, one), NONE);
    const answered = difference(from.requests, to.requests);
    intervals.push({
      ...span,
      loadedMs: coveredMs(view.loaded, span),
      // Work was begun for those whose client went away, too.
      requests: answered !== null ? answered + aborted : isDriven ? begun : null,
      requestsByName,
      namedBy: isDriven ? 'load' : 'target',
      holdsIdleTail: view.idleTail !== null && overlaps([view.idleTail], span),
    });
  }
  const busiest = Math.max(0, ...intervals.map(rateOf));
  const fullest = Math.max(0, ...intervals.map(loadOf));
  return intervals.map((interval) => ({
    ...interval,
    isIdle: isIdle(interval, busiest),
    tells: loadOf(interval) >= TELLING_SHARE * fullest,
  }));
}

function findRecord(records: readonly SnapshotRecord[], file: string): SnapshotRecord | undefined {
  return records.find((record) => record.file === file || file.endsWith(`/${record.file}`));
}

function difference(from: number | null | undefined, to: number | null | undefined): number | null {
  // A count that falls belongs to two lives of the process.
  return from !== null && from !== undefined && to !== null && to !== undefined && to >= from ? to - from : null;
}

function countByName({ run }: RunView, { fromMs, toMs }: Span): Map<string, NamedCount> {
  const counts = new Map<string, NamedCount>();
  for (const { startMonoMs, endMonoMs, name, count, errors, aborted = 0 } of run.requests) {
    const middleMs = (startMonoMs + endMonoMs) / 2;
    if (middleMs < fromMs || middleMs >= toMs) continue;
    counts.set(name, plus(counts.get(name) ?? NONE, { begun: count + aborted, failed: errors, aborted }));
  }
  return counts;
}

/** Told with each look at the heap, a moment before it. */
const TOLD_WITHIN_MS = 5_000;

function countByRoute({ run }: RunView, { fromMs, toMs }: Span): Map<string, NamedCount> {
  const before = routesAt(run.events, fromMs);
  const after = routesAt(run.events, toMs);
  const counts = new Map<string, NamedCount>();
  for (const [route, now] of after ?? []) {
    const known = before?.get(route) ?? NONE;
    // A count that falls belongs to two lives of the process.
    if (before !== null && now.begun >= known.begun) counts.set(route, plus(now, known, -1));
  }
  return counts;
}

function routesAt(events: readonly RunEvent[], atMs: MonoMs): Map<string, NamedCount> | null {
  const told = events.findLast(
    (event) => event.type === 'route-counts' && event.monoMs <= atMs && event.monoMs > atMs - TOLD_WITHIN_MS,
  );
  return told?.type === 'route-counts' ? merged(told.routes) : null;
}

/** Routes of which there were so many below one part that the target counted the later ones together. */
function merged(routes: readonly RouteCount[]): Map<string, NamedCount> {
  const children = new Map<string | null, number>();
  for (const { route } of routes) {
    const { siblings } = withoutLastPart(route);
    children.set(siblings, (children.get(siblings) ?? 0) + 1);
  }
  const counts = new Map<string, NamedCount>();
  for (const { route, ...own } of routes) {
    const { siblings, merged: name } = withoutLastPart(route);
    const known = siblings !== null && (children.get(siblings) ?? 0) >= MOST_SIBLINGS ? name : route;
    counts.set(known, plus(counts.get(known) ?? NONE, own));
  }
  return counts;
}

/** Requests, but those of probes where routes are known. */
function asked({ requests, requestsByName }: Pick<SnapshotInterval, 'requests' | 'requestsByName'>): number {
  const ofProbes = [...requestsByName].reduce((sum, [name, { begun }]) => sum + (isOfProbes(name) ? begun : 0), 0);
  return Math.max(0, (requests ?? 0) - ofProbes);
}

/** Requests per millisecond. */
function rateOf(interval: Pick<SnapshotInterval, 'requests' | 'requestsByName'> & Span): number {
  return asked(interval) / Math.max(1, interval.toMs - interval.fromMs);
}

/** Requests, or the time under load if they were not counted. */
function loadOf(interval: Pick<SnapshotInterval, 'requests' | 'requestsByName' | 'loadedMs'>): number {
  return interval.requests === null ? interval.loadedMs : asked(interval);
}

function isIdle(interval: Omit<SnapshotInterval, 'isIdle' | 'tells'>, busiest: number): boolean {
  const { requests, loadedMs, fromMs, toMs } = interval;
  if (requests !== null && busiest > 0) return rateOf(interval) < IDLE_SHARE * busiest;
  return loadedMs < IDLE_TIME_SHARE * (toMs - fromMs);
}
