import type { SourcePlace } from './profiles.ts';
import type { Timeline } from './weighted-tree.ts';

/**
 * One frame of a merged call tree. `value` is the frame with all it called, `self` the frame alone, both in the unit of
 * the graph (`FlameUnit`): microseconds unless it says otherwise.
 */
export interface FlameNode {
  readonly name: string;
  /** Null for code without a file: natives, `(idle)`, `(garbage collector)`. */
  readonly place: SourcePlace | null;
  readonly value: number;
  readonly self: number;
  readonly children: readonly FlameNode[];
}

/** Samples in order of time as a flame graph is named: stacks in columns, as in `TreeShape`. */
export interface FlameTimeline {
  readonly frames: readonly Pick<FlameNode, 'name' | 'place'>[];
  readonly frameOf: readonly number[];
  readonly parentOf: readonly number[];
  /** Microseconds since the recording began. */
  readonly samples: Timeline;
}

/**
 * Two call trees laid over each other. `value` and `self` are the later tree, `before` and `beforeSelf` the
 * earlier one, both brought to the same base (per request, per second) by whoever made the difference.
 */
export interface FlameDiffNode extends FlameNode {
  readonly before: number;
  readonly beforeSelf: number;
  readonly children: readonly FlameDiffNode[];
}
