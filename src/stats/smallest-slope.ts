import { normalQuantile } from './normal-distribution.ts';

const ALPHA = 0.01;
const POWER = 0.9;
/** A 95 % interval is that many standard errors wide. */
const INTERVAL_WIDTH = 2 * 1.96;

/**
 * The smallest slope that a run like this one would notice at 1 % in nine of ten cases: (z_alpha + z_power) standard
 * errors, the usual formula of the power of a test. The interval of the slope gives its standard error, so a noisy or short
 * run reports that it could not have detected much. `tests` made of the same report share the 1 % (Holm's first step).
 */
export function smallestSlope({ low, high }: { readonly low: number; readonly high: number }, tests: number): number {
  return ((high - low) / INTERVAL_WIDTH) * (normalQuantile(1 - ALPHA / tests) + normalQuantile(POWER));
}
