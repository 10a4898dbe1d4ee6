import type { PlaceOf, SourcePlace } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { type CallTree, pseudoOf, TreeBuilder, type TreeShape } from './call-tree.ts';
import { namedPlace, timeShares, timesByFunction } from './function-times.ts';

/** What two trees are divided by before they are compared: windows differ in length and in load. */
export interface CommonBase {
  readonly per: 'request' | 'cpu-second';
  /** Factors from microseconds of the tree to microseconds per request or per second of CPU. */
  readonly before: number;
  readonly after: number;
}

export interface FunctionChange {
  readonly name: string;
  readonly place: SourcePlace | null;
  /** All four on the common base. */
  readonly beforeSelfUs: Microseconds;
  readonly selfUs: Microseconds;
  readonly beforeTotalUs: Microseconds;
  readonly totalUs: Microseconds;
}

/** Two trees laid over each other. */
export interface TreeUnion extends TreeShape {
  readonly beforeSelfUs: Float64Array;
  readonly selfUs: Float64Array;
}

/**
 * Per request where both windows know their requests: then a function that costs more per request shows, however the
 * load changed. Else per second of CPU: then only the mix shows, not whether all of it became slower.
 */
export function commonBase(
  before: CallTree,
  after: CallTree,
  requests: { readonly before: number | null; readonly after: number | null },
): CommonBase {
  if (requests.before && requests.after) {
    return { per: 'request', before: 1 / requests.before, after: 1 / requests.after };
  }
  const perSecond = (tree: CallTree): number => 1e6 / (timeShares(tree).activeUs || 1e6);
  return { per: 'cpu-second', before: perSecond(before), after: perSecond(after) };
}

/** Every function of either tree, the largest change of self time first. */
export function compareFunctions(
  before: CallTree,
  after: CallTree,
  base: CommonBase,
  placeOf: PlaceOf,
): FunctionChange[] {
  const union = unionOf(before, after, base);
  const earlier = timesByFunction({ ...union, selfUs: union.beforeSelfUs, samples: 0, unsampledUs: 0 });
  const later = timesByFunction({ ...union, samples: 0, unsampledUs: 0 });
  return union.functions
    .map((frame, index) => ({
      frame,
      beforeSelfUs: earlier.selfUs[index] ?? 0,
      selfUs: later.selfUs[index] ?? 0,
      beforeTotalUs: earlier.totalUs[index] ?? 0,
      totalUs: later.totalUs[index] ?? 0,
    }))
    .filter(({ frame, beforeTotalUs, totalUs }) => pseudoOf(frame) === null && beforeTotalUs + totalUs > 0)
    .sort((a, b) => Math.abs(b.selfUs - b.beforeSelfUs) - Math.abs(a.selfUs - a.beforeSelfUs))
    .map(({ frame, ...times }) => ({ ...namedPlace(frame, placeOf), ...times }));
}

export function unionOf(before: CallTree, after: CallTree, base: CommonBase): TreeUnion {
  const builder = new TreeBuilder();
  const add = (tree: CallTree): number[] => {
    const functions = tree.functions.map((frame) => builder.functionIndex(frame));
    const nodes = [0];
    for (let node = 1; node < tree.parentOf.length; node += 1) {
      const parent = nodes[tree.parentOf[node] ?? 0] ?? 0;
      nodes[node] = builder.child(parent, functions[tree.functionOf[node] ?? 0] ?? 0);
    }
    return nodes;
  };
  const beforeNodes = add(before);
  const afterNodes = add(after);
  const spread = (tree: CallTree, nodes: readonly number[], factor: number): Float64Array => {
    const selfUs = new Float64Array(builder.parentOf.length);
    nodes.forEach((at, node) => {
      selfUs[at] = (tree.selfUs[node] ?? 0) * factor;
    });
    return selfUs;
  };
  return {
    functions: builder.functions,
    functionOf: builder.functionOf,
    parentOf: builder.parentOf,
    beforeSelfUs: spread(before, beforeNodes, base.before),
    selfUs: spread(after, afterNodes, base.after),
  };
}
