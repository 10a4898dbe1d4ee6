import type { PlaceOf, SourcePlace } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { TreeBuilder, type TreeShape, type WeightedTree } from '../model/weighted-tree.ts';
import { type CallTree, layInto, pseudoOf, weightedTree } from './call-tree.ts';
import { namedPlace, timesByFunction } from './function-times.ts';

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
  readonly beforeSelf: Float64Array;
  readonly self: Float64Array;
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
  return { per: 'cpu-second', ...equalBase(weightedTree(before), weightedTree(after)) };
}

/** Both trees brought to a million of what they count, without idling: of time that is a second of CPU. */
export function equalBase(
  before: WeightedTree,
  after: WeightedTree,
): { readonly before: number; readonly after: number } {
  const factor = (tree: WeightedTree): number => 1e6 / (activeOf(tree) || 1e6);
  return { before: factor(before), after: factor(after) };
}

function activeOf({ functions, functionOf, self }: WeightedTree): number {
  const idle = functions.map((frame) => pseudoOf(frame) === 'idle');
  return self.reduce((sum, own, node) => (idle[functionOf[node] ?? 0] ? sum : sum + own), 0);
}

/** Every function of either tree, the largest change of self time first. */
export function compareFunctions(
  before: CallTree,
  after: CallTree,
  base: CommonBase,
  placeOf: PlaceOf,
): FunctionChange[] {
  const union = unionOf(weightedTree(before), weightedTree(after), base);
  const earlier = timesByFunction({ ...union, selfUs: union.beforeSelf, samples: 0, unsampledUs: 0 });
  const later = timesByFunction({ ...union, selfUs: union.self, samples: 0, unsampledUs: 0 });
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

export function unionOf(
  before: WeightedTree,
  after: WeightedTree,
  base: Pick<CommonBase, 'before' | 'after'>,
): TreeUnion {
  const builder = new TreeBuilder();
  const beforeNodes = layInto(builder, before);
  const afterNodes = layInto(builder, after);
  const spread = (tree: WeightedTree, nodes: readonly number[], factor: number): Float64Array => {
    const self = new Float64Array(builder.parentOf.length);
    nodes.forEach((at, node) => {
      self[at] = (tree.self[node] ?? 0) * factor;
    });
    return self;
  };
  return {
    functions: builder.functions,
    functionOf: builder.functionOf,
    parentOf: builder.parentOf,
    beforeSelf: spread(before, beforeNodes, base.before),
    self: spread(after, afterNodes, base.after),
  };
}
