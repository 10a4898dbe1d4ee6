import type { PlaceOf } from '../model/profiles.ts';
import type { Microseconds, Share } from '../model/units.ts';
import type { CallTree } from './call-tree.ts';
import { type FunctionTime, hottestFunctions, type TimeShares, timeShares } from './function-times.ts';

export interface SummedFunction extends FunctionTime {
  /** Of the time in which the program was not idle. */
  readonly selfShare: Share;
  readonly totalShare: Share;
}

export interface TreeSummary extends TimeShares {
  readonly samples: number;
  /** All of the time: active, idle and unsampled. */
  readonly wholeUs: Microseconds;
  /** Largest self time first. */
  readonly functions: readonly SummedFunction[];
}

/** Where the time of a call tree went, and the functions that took most of it. */
export function summariseTree(tree: CallTree, placeOf: PlaceOf, limit: number): TreeSummary {
  const shares = timeShares(tree);
  const activeUs = shares.activeUs || 1;
  return {
    ...shares,
    samples: tree.samples,
    wholeUs: shares.activeUs + shares.idleUs + shares.unsampledUs,
    functions: hottestFunctions(tree, placeOf, limit).map((one) => ({
      ...one,
      selfShare: one.selfUs / activeUs,
      totalShare: one.totalUs / activeUs,
    })),
  };
}
