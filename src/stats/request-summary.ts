import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { RequestSummary } from '../model/report.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';

/**
 * One line a request name over the intervals that lie wholly in [fromMs, toMs], in order of first appearance.
 * Percentiles come from the merged histograms (percentiles themselves cannot be averaged); the rate is completed
 * requests over the time that the intervals cover.
 */
export function summariseRequests(
  intervals: readonly RequestInterval[],
  fromMs: MonoMs = Number.NEGATIVE_INFINITY,
  toMs: MonoMs = Number.POSITIVE_INFINITY,
): RequestSummary[] {
  const inside = intervals.filter((interval) => interval.startMonoMs >= fromMs && interval.endMonoMs <= toMs);
  const coveredMs = coveredTime(inside);
  const byName = new Map<string, RequestInterval[]>();
  for (const interval of inside) {
    const group = byName.get(interval.name);
    if (group) group.push(interval);
    else byName.set(interval.name, [interval]);
  }
  return [...byName].map(([name, group]) => summarise(name, group, coveredMs));
}

/** Latencies of several intervals as one distribution. */
export interface Latencies {
  readonly count: number;
  /** `percentile` from 0 to 100; null when nothing was recorded. */
  readonly atPercentile: (percentile: number) => Milliseconds | null;
  readonly maxMs: Milliseconds;
}

/** Merges the histograms of the intervals: from the intended send time (what a user feels) or from the actual one (`service`). */
export function mergeLatencies(intervals: readonly RequestInterval[], from: 'intended' | 'service'): Latencies {
  const merged = mergeHistograms(intervals.map((interval) => interval[from]));
  return {
    count: merged?.totalCount ?? 0,
    atPercentile: (percentile) => (merged ? merged.getValueAtPercentile(percentile) / 1000 : null),
    maxMs: (merged?.maxValue ?? 0) / 1000,
  };
}

function summarise(name: string, group: readonly RequestInterval[], coveredMs: Milliseconds): RequestSummary {
  const intended = mergeLatencies(group, 'intended');
  const service = mergeLatencies(group, 'service');
  const count = group.reduce((sum, interval) => sum + interval.count, 0);
  return {
    name,
    count,
    errors: group.reduce((sum, interval) => sum + interval.errors, 0),
    ratePerSecond: coveredMs > 0 ? count / (coveredMs / 1000) : 0,
    p50Ms: intended.atPercentile(50) ?? 0,
    p90Ms: intended.atPercentile(90) ?? 0,
    p95Ms: intended.atPercentile(95) ?? 0,
    p99Ms: intended.atPercentile(99) ?? 0,
    maxMs: intended.maxMs,
    service: { p50Ms: service.atPercentile(50) ?? 0, p99Ms: service.atPercentile(99) ?? 0, maxMs: service.maxMs },
  };
}

/** Intervals of different names share their times: each stretch of time counts once. */
function coveredTime(intervals: readonly RequestInterval[]): Milliseconds {
  const stretches = intervals
    .map(({ startMonoMs, endMonoMs }) => [startMonoMs, endMonoMs] as const)
    .sort((a, b) => a[0] - b[0]);
  let covered = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const [start, end] of stretches) {
    covered += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return covered;
}

function mergeHistograms(encoded: readonly string[]): Histogram | null {
  let merged: Histogram | null = null;
  for (const text of encoded) {
    if (text === '') continue;
    const histogram = decodeFromCompressedBase64(text);
    if (merged) merged.add(histogram);
    else merged = histogram;
  }
  return merged;
}
