import type { RawCallFrame } from '../../model/profiles.ts';
import { TreeBuilder, type WeightedTree } from '../../model/weighted-tree.ts';
import { ShapeError } from '../shape.ts';

/** More than any profile that a tool writes; what a file made to fill the memory is stopped at. */
const MOST_NODES = 4_000_000;
const MOST_FUNCTIONS = 1_000_000;
/** So that sums of ten million of them stay exact enough. */
const LARGEST_WEIGHT = 1e18;

/** Sums up the stacks of a file into one tree, and refuses more than fits into memory. Throws ShapeErrors. */
export class StackSum {
  readonly #builder = new TreeBuilder();
  readonly #self: number[] = [];
  #samples = 0;

  functionIndex(frame: RawCallFrame): number {
    const index = this.#builder.functionIndex(frame);
    if (index >= MOST_FUNCTIONS) throw new ShapeError('the profile', `at most ${MOST_FUNCTIONS} functions`, 'larger');
    return index;
  }

  /** The node of a call from node `parent`; 0 is the root. */
  child(parent: number, functionIndex: number): number {
    const node = this.#builder.child(parent, functionIndex);
    if (node >= MOST_NODES) throw new ShapeError('the profile', `at most ${MOST_NODES} stacks`, 'larger');
    return node;
  }

  /** `samples`: how many samples the weight represents. */
  add(node: number, weight: number, samples = 1): void {
    if (!(weight >= 0 && weight <= LARGEST_WEIGHT))
      throw new ShapeError('a weight', 'a number that is not negative', weight);
    this.#self[node] = (this.#self[node] ?? 0) + weight;
    this.#samples += samples;
  }

  tree(): WeightedTree {
    const { functions, functionOf, parentOf } = this.#builder;
    const self = Float64Array.from(parentOf, (_, node) => this.#self[node] ?? 0);
    return { functions, functionOf, parentOf, self, samples: this.#samples };
  }
}
