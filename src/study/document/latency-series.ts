import type { LatencySeries } from '../../model/report-document.ts';
import type { RequestInterval } from '../../model/requests.ts';
import type { MonoMs } from '../../model/units.ts';
import { Latencies } from '../../stats/latencies.ts';

const MOST_POINTS = 240;

/** Percentiles by request name over the run, from merged histograms: never an average of percentiles. */
export function latencySeries(intervals: readonly RequestInterval[], startMonoMs: MonoMs): LatencySeries[] {
  const last = intervals.at(-1);
  if (!last) return [];
  const stepMs = Math.max(1000, (last.endMonoMs - startMonoMs) / MOST_POINTS);
  const names = [...new Set(intervals.map(({ name }) => name))];
  return names.map((name) => {
    const bySlot = new Map<number, RequestInterval[]>();
    for (const interval of intervals) {
      if (interval.name !== name) continue;
      const slot = Math.floor((interval.startMonoMs - startMonoMs) / stepMs);
      bySlot.set(slot, [...(bySlot.get(slot) ?? []), interval]);
    }
    const points = [...bySlot].map(([slot, own]) => pointOf(own, (slot * stepMs) / 1000));
    return { name, points: points.sort((a, b) => a.tSec - b.tSec) };
  });
}

function pointOf(intervals: readonly RequestInterval[], tSec: number): LatencySeries['points'][number] {
  const latencies = new Latencies();
  for (const { intended } of intervals) latencies.add(intended);
  return {
    tSec,
    count: intervals.reduce((sum, { count }) => sum + count, 0),
    errors: intervals.reduce((sum, { errors }) => sum + errors, 0),
    p50Ms: latencies.atPercentile(50) ?? 0,
    p95Ms: latencies.atPercentile(95) ?? 0,
    p99Ms: latencies.atPercentile(99) ?? 0,
  };
}
