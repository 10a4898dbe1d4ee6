import type { SourcePlace } from './profiles.ts';
import type { Microseconds } from './units.ts';

/** One frame of a merged call tree. `valueUs` is the frame with all it called, `selfUs` the frame alone. */
export interface FlameNode {
  readonly name: string;
  /** Null for code without a file: natives, `(idle)`, `(garbage collector)`. */
  readonly place: SourcePlace | null;
  readonly valueUs: Microseconds;
  readonly selfUs: Microseconds;
  readonly children: readonly FlameNode[];
}

/**
 * Two call trees laid over each other. `valueUs` and `selfUs` are the later tree, `beforeUs` and `beforeSelfUs` the
 * earlier one, both brought to the same base (per request, per second) by whoever made the difference.
 */
export interface FlameDiffNode extends FlameNode {
  readonly beforeUs: Microseconds;
  readonly beforeSelfUs: Microseconds;
  readonly children: readonly FlameDiffNode[];
}
