import { median } from '../../../src/stats/order-statistics.ts';

/** Median and range: `1.2 [0.8 .. 1.9]`. */
export function formatSpread(values: readonly number[], digits: number): string {
  const [middle, low, high] = [median(values), Math.min(...values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return `${middle} [${low} .. ${high}]`;
}
