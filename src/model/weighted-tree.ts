import type { RawCallFrame } from './profiles.ts';
import type { Microseconds } from './units.ts';

/** What the values of a call tree are: time, bytes, or how often a stack was seen. */
export type FlameUnit = 'microseconds' | 'bytes' | 'count';

/**
 * A call tree in columns: node i is a call of function `functionOf[i]` from node `parentOf[i]`. Node 0 is the root,
 * and a parent always comes before its children, so that sums over subtrees are one pass from the end to the start,
 * and no algorithm needs the machine's stack (a profile may be 20,000 calls deep).
 */
export interface TreeShape {
  readonly functions: readonly RawCallFrame[];
  readonly functionOf: readonly number[];
  /** -1 for the root. */
  readonly parentOf: readonly number[];
}

/** A call tree with the self weight of each node, in a unit that is given separately. */
export interface WeightedTree extends TreeShape {
  readonly self: Float64Array;
  /** How many samples it is made of. */
  readonly samples: number;
}

/** Samples in order of time: sample i saw node `nodes[i]` from `startsUs[i]` until before `endsUs[i]`. */
export interface Timeline {
  readonly nodes: readonly number[];
  readonly startsUs: readonly Microseconds[];
  readonly endsUs: readonly Microseconds[];
}

/** Functions are told apart by name and position; script ids differ from one life of the process to the next. */
export function frameKey({ lineNumber, columnNumber, url, functionName }: RawCallFrame): string {
  return `${lineNumber}:${columnNumber}:${url}\n${functionName}`;
}

/** Grows a tree: the same function called from the same node is one node, whichever profile it comes from. */
export class TreeBuilder {
  readonly functions: RawCallFrame[] = [];
  readonly functionOf: number[] = [];
  readonly parentOf: number[] = [];
  readonly #functionByKey = new Map<string, number>();
  readonly #nodeByCall = new Map<number, number>();

  constructor() {
    const root = { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
    this.functionOf.push(this.functionIndex(root));
    this.parentOf.push(-1);
  }

  functionIndex(frame: RawCallFrame): number {
    const key = frameKey(frame);
    const known = this.#functionByKey.get(key);
    if (known !== undefined) return known;
    this.#functionByKey.set(key, this.functions.length);
    return this.functions.push(frame) - 1;
  }

  /** The node of a call of `functionIndex` from node `parent`. */
  child(parent: number, functionIndex: number): number {
    // Exact up to 2^53: 2^24 functions, 2^29 nodes.
    const call = parent * 2 ** 24 + functionIndex;
    const known = this.#nodeByCall.get(call);
    if (known !== undefined) return known;
    this.#nodeByCall.set(call, this.parentOf.length);
    this.functionOf.push(functionIndex);
    return this.parentOf.push(parent) - 1;
  }
}
