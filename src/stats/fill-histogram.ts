import type { Histogram } from 'hdr-histogram-js';

/** Steps between two known percentiles. */
const STEPS = 32;

/**
 * Fills a histogram (microseconds) so that it has the percentiles that are known of `count` requests: between two of
 * them the requests are spread evenly, so a percentile that is asked for later is right where the tool gave it, and a
 * guess between its neighbours elsewhere. `quantiles`: share and milliseconds, in rising order.
 */
export function fillHistogram(
  histogram: Histogram,
  quantiles: readonly (readonly [share: number, latencyMs: number])[],
  count: number,
): void {
  let [fromShare, fromMs] = [0, quantiles[0]?.[1] ?? 0];
  let recorded = 0;
  const upTo = (share: number, latencyMs: number): void => {
    const wanted = Math.round(share * count);
    const times = wanted - recorded;
    if (times <= 0) return;
    recorded = wanted;
    histogram.recordValueWithCount(Math.max(1, Math.round(1000 * latencyMs)), times);
  };
  for (const [share, latencyMs] of quantiles) {
    for (let step = 1; step <= STEPS; step += 1) {
      const part = step / STEPS;
      upTo(fromShare + part * (share - fromShare), fromMs + part * (Math.max(fromMs, latencyMs) - fromMs));
    }
    [fromShare, fromMs] = [share, Math.max(fromMs, latencyMs)];
  }
  // Above the last percentile that is known nothing is: as slow as that one at least.
  upTo(1, fromMs);
}
