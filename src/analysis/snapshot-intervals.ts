import type { HeapGrowth } from '../model/heap-growth.ts';
import type { SnapshotRecord } from '../model/run-manifest.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { RunView } from './run-view.ts';
import { coveredMs, overlaps, type Span } from './spans.ts';

/** The time between two snapshots that were compared. */
export interface SnapshotInterval extends Span {
  /** Time in which load came. */
  readonly loadedMs: Milliseconds;
  /** Requests that the target answered; null where nobody counted. */
  readonly requests: number | null;
  /** Completed requests of our load by name; empty where the load was not ours. */
  readonly requestsByName: ReadonlyMap<string, number>;
  /** Hardly a request came: what is not let go here is not an expiry or a queue. */
  readonly isIdle: boolean;
  /** The time without load at the end of the run lies inside: what is left was kept through it. */
  readonly holdsIdleTail: boolean;
}

/** Requests of an idle stretch: health checks go on. */
const IDLE_SHARE = 0.05;

/** Null when the snapshots of the comparison are not those of the run. */
export function snapshotIntervals(view: RunView, growth: HeapGrowth): SnapshotInterval[] | null {
  const marks = growth.snapshots.flatMap(({ file }, i) => {
    const record = findRecord(view.run.manifest.snapshots, file);
    return record ? [{ monoMs: record.monoMs, requests: growth.requests[i] ?? record.requests }] : [];
  });
  return marks.length === growth.snapshots.length ? intervalsBetween(view, marks) : null;
}

/** The time between two looks at the heap, whatever they were. `requests`: answered in all by then; null where nobody counted. */
export function intervalsBetween(
  view: RunView,
  marks: readonly { readonly monoMs: MonoMs; readonly requests: number | null }[],
): SnapshotInterval[] {
  const intervals: Omit<SnapshotInterval, 'isIdle'>[] = [];
  for (const [i, to] of marks.entries()) {
    const from = marks[i - 1];
    if (!from) continue;
    const span = { fromMs: from.monoMs, toMs: to.monoMs };
    const requestsByName = countByName(view, span);
    const driven = [...requestsByName.values()].reduce((sum, count) => sum + count, 0);
    intervals.push({
      ...span,
      loadedMs: coveredMs(view.loaded, span),
      requests: difference(from.requests, to.requests) ?? (view.run.requests.length > 0 ? driven : null),
      requestsByName,
      holdsIdleTail: view.idleTail !== null && overlaps([view.idleTail], span),
    });
  }
  const busiest = Math.max(0, ...intervals.map(({ requests }) => requests ?? 0));
  return intervals.map((interval) => ({ ...interval, isIdle: isIdle(interval, busiest) }));
}

function findRecord(records: readonly SnapshotRecord[], file: string): SnapshotRecord | undefined {
  return records.find((record) => record.file === file || file.endsWith(`/${record.file}`));
}

function difference(from: number | null | undefined, to: number | null | undefined): number | null {
  // A count that falls belongs to two lives of the process.
  return from !== null && from !== undefined && to !== null && to !== undefined && to >= from ? to - from : null;
}

function countByName({ run }: RunView, { fromMs, toMs }: Span): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { startMonoMs, endMonoMs, name, count } of run.requests) {
    const middleMs = (startMonoMs + endMonoMs) / 2;
    if (middleMs >= fromMs && middleMs < toMs) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return counts;
}

function isIdle({ requests, loadedMs, fromMs, toMs }: Omit<SnapshotInterval, 'isIdle'>, busiest: number): boolean {
  if (requests !== null && busiest > 0) return requests < IDLE_SHARE * busiest;
  return loadedMs < IDLE_SHARE * (toMs - fromMs);
}
