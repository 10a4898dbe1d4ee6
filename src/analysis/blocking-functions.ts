import type { LongRunner } from '../cpu/long-stretches.ts';
import { median } from '../stats/order-statistics.ts';
import type { CpuWork } from './run-data.ts';
import type { RunView } from './run-view.ts';
import { isInside } from './spans.ts';

/** A loop that is blocked this long delays unrelated requests. */
const LATE_MS = 50;
const LEAST_LATE = 5;
const LEAST_LATE_SHARE = 0.01;
const LEAST_STRETCHES = 5;
/** Of a service under full load, where stretches run together. */
const LEAST_TOTAL_US = 1_000_000;
/** Of the time in all long stretches. */
const LEAST_PART = 0.25;
/** Without a pause between requests many short ones look like one long one: then a request itself must take this. */
const SATURATED = 0.85;
const LEAST_EACH_US = 10_000;

export interface LateLoop {
  /** Samples under load in which the loop was late by 50 ms or more, of so many. */
  readonly late: number;
  readonly of: number;
  /** Median of the late ones. */
  readonly medianMs: number;
}

/** How often the event loop was late under load; null if it was never or rarely late. */
export function lateLoop({ run, judged, loaded, disturbed }: RunView): LateLoop | null {
  const delays = run.samples.flatMap(({ monoMs, values }) => {
    const delayMs = values['loop.delay.max'];
    const isUnderLoad = monoMs >= judged.fromMs && monoMs <= judged.toMs && isInside(loaded, monoMs);
    return delayMs !== undefined && isUnderLoad && !isInside(disturbed, monoMs) ? [delayMs] : [];
  });
  const late = delays.filter((delayMs) => delayMs >= LATE_MS);
  if (late.length < LEAST_LATE || late.length < LEAST_LATE_SHARE * delays.length) return null;
  return { late: late.length, of: delays.length, medianMs: median(late) };
}

/**
 * Who holds the loop: functions that ran for 50 ms and more without a break, in a run whose loop was late. Both are
 * needed: a machine short of cores makes a loop late that nobody holds, and a busy service has stretches without a
 * break that are many short requests.
 */
export function blockingFunctions(work: CpuWork, loop: LateLoop | null): readonly LongRunner[] {
  if (loop === null) return [];
  const allUs = work.longRunners.reduce((sum, { totalUs }) => sum + totalUs, 0);
  const isSaturated = work.busyUs >= SATURATED * work.wallUs;
  return work.longRunners.filter(({ count, totalUs }) => {
    // A single one may be a moment in which the machine had no core for it.
    if (count < 2 || (count < LEAST_STRETCHES && totalUs < LEAST_TOTAL_US)) return false;
    if (totalUs < LEAST_PART * allUs) return false;
    return !isSaturated || (work.requests !== null && totalUs >= LEAST_EACH_US * work.requests);
  });
}
