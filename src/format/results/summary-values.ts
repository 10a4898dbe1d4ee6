import type { ResultSummary } from './load-result.ts';

/** The name of requests where the tool keeps no names. */
export const ALL = 'all requests';

export type Quantiles = ResultSummary['quantiles'];

/** Pairs that are there, in rising order of their share. */
export function quantiles(pairs: readonly (readonly [share: number, latencyMs: number | undefined])[]): Quantiles {
  return pairs
    .flatMap(([share, latencyMs]) => (latencyMs === undefined ? [] : [[share, latencyMs] as const]))
    .toSorted((a, b) => a[0] - b[0]);
}

export function wallOf(text: string | undefined): number | null {
  const wallMs = Date.parse(text ?? '');
  return Number.isNaN(wallMs) ? null : wallMs;
}
