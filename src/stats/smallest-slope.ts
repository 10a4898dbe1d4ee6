/** z of a one-sided test at 1 %, plus z of being right in nine of ten runs. */
const REACH = 2.326 + 1.282;
/** A 95 % interval is that many standard errors wide. */
const INTERVAL_WIDTH = 2 * 1.96;

/**
 * The smallest slope that a run like this one would notice at 1 % in nine of ten cases. The interval of the slope tells
 * its standard error, so a noisy or short run says honestly that it could not have seen much.
 */
export function smallestSlope({ low, high }: { readonly low: number; readonly high: number }): number {
  return ((high - low) / INTERVAL_WIDTH) * REACH;
}
