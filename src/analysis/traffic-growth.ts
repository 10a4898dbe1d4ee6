import { requestCounter } from '../model/request-count.ts';
import type { RunView } from './run-view.ts';
import { rate, readingSeries } from './sample-series.ts';

/**
 * Requests per second in the last third of the judged time over those in the first: what grows with the traffic grows for
 * a reason. Null if requests were not counted.
 */
export function trafficGrowth(view: RunView): number | null {
  const { fromMs, toMs } = view.judged;
  const third = (toMs - fromMs) / 3;
  const counter = requestCounter(view.run.samples);
  const rates = readingSeries(view, view.run.samples, rate(counter), { loadedOnly: true }).flat();
  const startX = fromMs - view.whole.fromMs;
  const early = mean(rates.filter(({ x }) => x <= startX + third).map(({ y }) => y));
  const late = mean(rates.filter(({ x }) => x >= startX + 2 * third).map(({ y }) => y));
  return early === null || late === null ? null : late / Math.max(Number.MIN_VALUE, early);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
