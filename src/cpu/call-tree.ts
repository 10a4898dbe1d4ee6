import type { RawCallFrame } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';

/**
 * A call tree in columns: node i is a call of function `functionOf[i]` from node `parentOf[i]`. Node 0 is the root,
 * and a parent always stands before its children, so that sums over subtrees are one pass from the end to the start,
 * and no algorithm needs the machine's stack (a profile may be 20,000 calls deep).
 */
export interface TreeShape {
  readonly functions: readonly RawCallFrame[];
  readonly functionOf: readonly number[];
  /** -1 for the root. */
  readonly parentOf: readonly number[];
}

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

  /** Functions are told apart by name and position; script ids differ from one life of the process to the next. */
  functionIndex(frame: RawCallFrame): number {
    const key = `${frame.lineNumber}:${frame.columnNumber}:${frame.url}\n${frame.functionName}`;
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

/** Per node, the sum of `self` over the node and all below it. */
export function subtreeSums(parentOf: readonly number[], self: Float64Array): Float64Array {
  const sums = self.slice();
  for (let node = sums.length - 1; node > 0; node -= 1) {
    const parent = parentOf[node] ?? 0;
    sums[parent] = (sums[parent] ?? 0) + (sums[node] ?? 0);
  }
  return sums;
}
