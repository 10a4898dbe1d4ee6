import type { RawCallFrame } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import type { TreeBuilder, TreeShape, WeightedTree } from '../model/weighted-tree.ts';

/** A call tree with the time spent in each node itself, `(idle)`, `(program)` and `(garbage collector)` included. */
export interface CallTree extends TreeShape {
  readonly selfUs: Float64Array;
  readonly samples: number;
  /** Time in which the sampler was silent for so long that it belongs to no function: see `sampleSpans`. */
  readonly unsampledUs: Microseconds;
}

/** Where V8 books what is not JavaScript. */
export type Pseudo = 'root' | 'idle' | 'program' | 'gc';

const PSEUDO: Readonly<Record<string, Pseudo>> = {
  '(root)': 'root',
  '(idle)': 'idle',
  '(program)': 'program',
  '(garbage collector)': 'gc',
};

/** Which pseudo function a frame stands for; null for a real one, whatever its name. */
export function pseudoOf(frame: RawCallFrame): Pseudo | null {
  return frame.url === '' && Object.hasOwn(PSEUDO, frame.functionName) ? (PSEUDO[frame.functionName] ?? null) : null;
}

/** The same tree for what draws trees of any unit. */
export function weightedTree({ functions, functionOf, parentOf, selfUs, samples }: CallTree): WeightedTree {
  return { functions, functionOf, parentOf, self: selfUs, samples };
}

/** Per node, the sum of `self` over the node and all below it. */
export function subtreeSums(parentOf: readonly number[], self: Float64Array): Float64Array {
  const sums = self.slice();
  for (let node = sums.length - 1; node > 0; node -= 1) {
    const parent = parentOf[node] ?? 0;
    sums[parent] = (sums[parent] ?? 0) + (sums[node] ?? 0);
  }
  return sums;
}

/** Lays a tree over what was built so far; gives the node of the common tree for each of its nodes. */
export function layInto(builder: TreeBuilder, tree: TreeShape): number[] {
  const functions = tree.functions.map((frame) => builder.functionIndex(frame));
  const nodes = [0];
  for (let node = 1; node < tree.parentOf.length; node += 1) {
    const parent = nodes[tree.parentOf[node] ?? 0] ?? 0;
    nodes[node] = builder.child(parent, functions[tree.functionOf[node] ?? 0] ?? 0);
  }
  return nodes;
}
