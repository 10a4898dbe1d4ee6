import type { FlameDiffNode, FlameNode, FlameTimeline } from '../model/flame.ts';
import type { PlaceOf, RawCallFrame } from '../model/profiles.ts';
import type { Timeline, TreeShape, WeightedTree } from '../model/weighted-tree.ts';
import { type CallTree, pseudoOf, subtreeSums, weightedTree } from './call-tree.ts';
import { type CommonBase, unionOf } from './compare-trees.ts';
import { namedPlace } from './function-times.ts';
import { type FlameLimits, visibleNodes } from './visible-nodes.ts';

type Growing<Node> = Omit<Node, 'children'> & { readonly children: Growing<Node>[] };

/** The call tree as a flame graph: see `flameOf`. */
export function buildFlame(tree: CallTree, placeOf: PlaceOf, limits: FlameLimits = {}): FlameNode {
  return flameOf(weightedTree(tree), placeOf, limits);
}

/**
 * The tree as a flame graph, without `(idle)`. In every node `value` is `self` plus the values of the children;
 * what the limits leave out is a child `(other)`. Children stand largest first.
 */
export function flameOf(tree: WeightedTree, placeOf: PlaceOf, limits: FlameLimits = {}): FlameNode {
  const self = withoutIdle(tree, tree.self);
  const value = subtreeSums(tree.parentOf, self);
  const describe = describer(tree, placeOf);
  return assemble<FlameNode>(tree.parentOf, visibleNodes(tree.parentOf, value, limits), {
    node: (node) => ({ ...describe(node), value: value[node] ?? 0, self: self[node] ?? 0 }),
    other: (hidden) => {
      const sum = sumOf(hidden, value);
      return sum > 0 ? { name: OTHER, place: null, value: sum, self: sum } : null;
    },
  });
}

/** Two trees laid over each other, both on the common base: `value` and `self` are the later one. */
export function flameDiffOf(
  before: WeightedTree,
  after: WeightedTree,
  base: Pick<CommonBase, 'before' | 'after'>,
  placeOf: PlaceOf,
  limits: FlameLimits = {},
): FlameDiffNode {
  const union = unionOf(before, after, base);
  const self = withoutIdle(union, union.self);
  const beforeSelf = withoutIdle(union, union.beforeSelf);
  const value = subtreeSums(union.parentOf, self);
  const was = subtreeSums(union.parentOf, beforeSelf);
  const describe = describer(union, placeOf);
  // What was big before or after is worth seeing; the larger of two subtree sums never exceeds that of the parent.
  const weights = value.map((one, node) => Math.max(one, was[node] ?? 0));
  return assemble<FlameDiffNode>(union.parentOf, visibleNodes(union.parentOf, weights, limits), {
    node: (node) => ({
      ...describe(node),
      value: value[node] ?? 0,
      self: self[node] ?? 0,
      before: was[node] ?? 0,
      beforeSelf: beforeSelf[node] ?? 0,
    }),
    other: (hidden) => {
      const sum = sumOf(hidden, value);
      const wasSum = sumOf(hidden, was);
      return sum + wasSum > 0
        ? { name: OTHER, place: null, value: sum, self: sum, before: wasSum, beforeSelf: wasSum }
        : null;
    },
  });
}

/** Samples in order of time with the names of a flame graph; those that saw `(idle)` are left out. */
export function flameTimeline(tree: TreeShape, timeline: Timeline, placeOf: PlaceOf): FlameTimeline {
  const idle = tree.functions.map((frame) => pseudoOf(frame) === 'idle');
  const kept = timeline.nodes.flatMap((node, index) => (idle[tree.functionOf[node] ?? 0] ? [] : [index]));
  const pick = (column: readonly number[]): number[] => kept.map((index) => column[index] ?? 0);
  return {
    frames: tree.functions.map((frame) => namedPlace(frame, placeOf)),
    frameOf: tree.functionOf,
    parentOf: tree.parentOf,
    samples: { nodes: pick(timeline.nodes), startsUs: pick(timeline.startsUs), endsUs: pick(timeline.endsUs) },
  };
}

const OTHER = '(other)';

/** Nests the visible nodes, from the leaves upwards. */
function assemble<Node extends FlameNode>(
  parentOf: readonly number[],
  visible: Uint8Array,
  make: {
    readonly node: (node: number) => Omit<Node, 'children'>;
    /** Null when there is no time in them. */
    readonly other: (hidden: readonly number[]) => Omit<Node, 'children'> | null;
  },
): Growing<Node> {
  const children = new Map<number, Growing<Node>[]>();
  const hidden = new Map<number, number[]>();
  const finish = (node: number): Growing<Node> => {
    const own = children.get(node) ?? [];
    const other = make.other(hidden.get(node) ?? []);
    if (other) own.push({ ...other, children: [] });
    return { ...make.node(node), children: own.sort((a, b) => b.value - a.value) };
  };
  for (let node = parentOf.length - 1; node > 0; node -= 1) {
    const parent = parentOf[node] ?? 0;
    if (visible[node]) entryOf(children, parent).push(finish(node));
    else if (visible[parent]) entryOf(hidden, parent).push(node);
  }
  return finish(0);
}

function entryOf<T>(lists: Map<number, T[]>, key: number): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** Name and place of a node; each function is looked up once. */
function describer(tree: TreeShape, placeOf: PlaceOf): (node: number) => ReturnType<typeof namedPlace> {
  const named = new Map<RawCallFrame, ReturnType<typeof namedPlace>>();
  return (node) => {
    const frame = tree.functions[tree.functionOf[node] ?? 0] as RawCallFrame;
    const known = named.get(frame) ?? namedPlace(frame, placeOf);
    named.set(frame, known);
    return known;
  };
}

function withoutIdle(tree: TreeShape, self: Float64Array): Float64Array {
  const idle = tree.functions.map((frame) => pseudoOf(frame) === 'idle');
  return self.map((own, node) => (idle[tree.functionOf[node] ?? 0] ? 0 : own));
}

function sumOf(nodes: readonly number[], values: Float64Array): number {
  return nodes.reduce((sum, node) => sum + (values[node] ?? 0), 0);
}
