import type { Milliseconds, Share } from '../model/units.ts';

/** Steps between two known percentiles. */
const STEPS = 32;

/**
 * Latencies, and how often each came, that have the percentiles which are known of `count` requests: between two of them
 * the requests are spread evenly, so a percentile that is asked for later is right where it was given, and a guess between
 * its neighbours elsewhere. Above the last one that is known, requests are as slow as that one. `quantiles` rise.
 */
export function* spreadQuantiles(
  quantiles: readonly (readonly [share: Share, latencyMs: Milliseconds])[],
  count: number,
): Generator<readonly [latencyMs: Milliseconds, times: number]> {
  if (quantiles.length === 0) return;
  let [fromShare, fromMs] = [0, quantiles[0]?.[1] ?? 0];
  let spread = 0;
  for (const [share, latencyMs] of [...quantiles, [1, quantiles.at(-1)?.[1] ?? 0] as const]) {
    const toMs = Math.max(fromMs, latencyMs);
    for (let step = 1; step <= STEPS; step += 1) {
      const wanted = Math.round((fromShare + (step / STEPS) * (share - fromShare)) * count);
      if (wanted > spread) yield [fromMs + (step / STEPS) * (toMs - fromMs), wanted - spread];
      spread = Math.max(spread, wanted);
    }
    [fromShare, fromMs] = [share, toMs];
  }
}
