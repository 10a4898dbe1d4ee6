import type { FlameNode } from './flame.ts';
import type { FlameUnit } from './weighted-tree.ts';

/**
 * The call trees of several windows of a run, laid over one another: one shape, and the weights of each window in it.
 * Any of them, their sum and the difference of two can be drawn from it.
 *
 * Node `i` is a call of function `frames[frameOf[i]]` from node `parentOf[i]`; node 0 is the root, and a parent stands
 * before its children. What is too light to be drawn in any window is summed up in a child `(other)`; `(idle)` is left out.
 */
export interface FlameWindows {
  readonly id: 'cpu' | 'allocations';
  readonly unit: FlameUnit;
  readonly frames: readonly Pick<FlameNode, 'name' | 'place'>[];
  readonly frameOf: readonly number[];
  /** -1 for the root. */
  readonly parentOf: readonly number[];
  /** In the order of time. */
  readonly windows: readonly FlameWindow[];
}

/** Seconds count from the start of the run. A reading of what is alive has no length: it starts where it ends. */
export interface FlameWindow {
  readonly startSec: number;
  readonly endSec: number;
  /** Requests that the service answered meanwhile; null if not counted. */
  readonly requests: number | null;
  /** Of what has weight: of a CPU profile those that saw work, without those that saw `(idle)`. */
  readonly samples: number;
  /** The nodes that have weight of their own, and that weight in the unit of the whole. */
  readonly nodes: readonly number[];
  readonly self: readonly number[];
}
