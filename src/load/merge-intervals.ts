import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { RequestInterval } from '../model/requests.ts';

/** The intervals of several processes as one for each name: counts added, histograms merged. */
export function mergeIntervals(intervals: readonly RequestInterval[]): RequestInterval[] {
  const byName = new Map<string, RequestInterval>();
  for (const interval of intervals) {
    const merged = byName.get(interval.name);
    byName.set(interval.name, merged ? mergeTwo(merged, interval) : interval);
  }
  return [...byName.values()];
}

function mergeTwo(a: RequestInterval, b: RequestInterval): RequestInterval {
  const errorKinds: Record<string, number> = { ...a.errorKinds };
  for (const [kind, count] of Object.entries(b.errorKinds)) errorKinds[kind] = (errorKinds[kind] ?? 0) + count;
  const failed = a.failed && b.failed ? mergeHistograms(a.failed, b.failed) : (a.failed ?? b.failed);
  return {
    startMonoMs: Math.min(a.startMonoMs, b.startMonoMs),
    endMonoMs: Math.max(a.endMonoMs, b.endMonoMs),
    name: a.name,
    count: a.count + b.count,
    errors: a.errors + b.errors,
    dropped: a.dropped + b.dropped,
    aborted: (a.aborted ?? 0) + (b.aborted ?? 0),
    late: a.late + b.late,
    maxLateMs: Math.max(a.maxLateMs, b.maxLateMs),
    errorKinds,
    intended: mergeHistograms(a.intended, b.intended),
    service: mergeHistograms(a.service, b.service),
    ...(failed === undefined ? {} : { failed }),
    ...(a.isSetup ? { isSetup: a.isSetup } : {}),
  };
}

function mergeHistograms(a: string, b: string): string {
  const histogram = decodeFromCompressedBase64(a);
  histogram.add(decodeFromCompressedBase64(b));
  return encodeIntoCompressedBase64(histogram);
}
