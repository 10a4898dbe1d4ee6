import type { CpuProfile } from '../../model/profiles.ts';
import type { WallMs } from '../../model/units.ts';
import type { FlameUnit, Timeline, WeightedTree } from '../../model/weighted-tree.ts';

/** The content of a profile file of any tool. */
export type ProfileContent =
  /** Samples in order of time, as V8 takes them. */
  | { readonly kind: 'samples'; readonly format: string; readonly profile: CpuProfile }
  /** Stacks with weights. */
  | {
      readonly kind: 'weights';
      readonly format: string;
      readonly tree: WeightedTree;
      readonly unit: FlameUnit;
      /** Where the file has its samples in order of time. */
      readonly timeline?: Timeline;
      readonly startWallMs?: WallMs;
      /** What was left out or chosen, as text. */
      readonly notes?: readonly string[];
    };
