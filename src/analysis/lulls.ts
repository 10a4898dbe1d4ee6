import type { MetricName } from '../model/metric-catalogue.ts';
import { median } from '../stats/order-statistics.ts';
import { workClock } from './rests-of-traffic.ts';
import type { RunView } from './run-view.ts';
import { valuesIn } from './sample-series.ts';

/** Long enough for what requests in progress use to be released, and to see a wave. */
const PARTS = 12;
/** Traffic that fell to this share of what it was. */
const LULL = 0.6;
const LEAST_LULLS = 2;

/**
 * Where nobody lets the traffic rest, its lulls tell use from leaks: whenever traffic fell to little more than half of what
 * it was in the part before, was as much of `metric` open as before? False if there were fewer than two lulls.
 */
export function heldThroughLulls(view: RunView, metric: MetricName): boolean {
  const { judged, run } = view;
  const work = workClock(run, judged);
  if (work === null) return false;
  const partMs = (judged.toMs - judged.fromMs) / PARTS;
  const parts = Array.from({ length: PARTS }, (_, i) => {
    const [fromMs, toMs] = [judged.fromMs + i * partMs, judged.fromMs + (i + 1) * partMs];
    const values = valuesIn(view, metric, fromMs, toMs);
    return {
      requests: work.requestsAt(toMs) - work.requestsAt(fromMs),
      level: values.length > 0 ? median(values) : null,
    };
  });
  const lulls = parts.flatMap((part, i) => {
    const before = parts[i - 1];
    return before && part.requests <= LULL * before.requests ? [{ before, part }] : [];
  });
  return lulls.length >= LEAST_LULLS && lulls.every(({ before, part }) => (part.level ?? 0) >= (before.level ?? 0));
}
