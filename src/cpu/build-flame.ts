import type { FlameDiffNode, FlameNode } from '../model/flame.ts';
import type { PlaceOf, RawCallFrame } from '../model/profiles.ts';
import { type CallTree, pseudoOf, subtreeSums, type TreeShape } from './call-tree.ts';
import { type CommonBase, unionOf } from './compare-trees.ts';
import { namedPlace } from './function-times.ts';
import { type FlameLimits, visibleNodes } from './visible-nodes.ts';

type Growing<Node> = Omit<Node, 'children'> & { readonly children: Growing<Node>[] };

/**
 * The tree as a flame graph, without `(idle)`. In every node `valueUs` is `selfUs` plus the values of the children;
 * what the limits leave out is a child `(other)`. Children stand largest first.
 */
export function buildFlame(tree: CallTree, placeOf: PlaceOf, limits: FlameLimits = {}): FlameNode {
  const selfUs = withoutIdle(tree, tree.selfUs);
  const valueUs = subtreeSums(tree.parentOf, selfUs);
  const describe = describer(tree, placeOf);
  return assemble<FlameNode>(tree.parentOf, visibleNodes(tree.parentOf, valueUs, limits), {
    node: (node) => ({ ...describe(node), valueUs: valueUs[node] ?? 0, selfUs: selfUs[node] ?? 0 }),
    other: (hidden) => {
      const us = sumOf(hidden, valueUs);
      return us > 0 ? { name: OTHER, place: null, valueUs: us, selfUs: us } : null;
    },
  });
}

/** Two trees laid over each other, both on the common base: `valueUs` and `selfUs` are the later one. */
export function buildFlameDiff(
  before: CallTree,
  after: CallTree,
  base: CommonBase,
  placeOf: PlaceOf,
  limits: FlameLimits = {},
): FlameDiffNode {
  const union = unionOf(before, after, base);
  const selfUs = withoutIdle(union, union.selfUs);
  const beforeSelfUs = withoutIdle(union, union.beforeSelfUs);
  const valueUs = subtreeSums(union.parentOf, selfUs);
  const beforeUs = subtreeSums(union.parentOf, beforeSelfUs);
  const describe = describer(union, placeOf);
  // What was big before or after is worth seeing; the larger of two subtree sums never exceeds that of the parent.
  const weights = valueUs.map((us, node) => Math.max(us, beforeUs[node] ?? 0));
  return assemble<FlameDiffNode>(union.parentOf, visibleNodes(union.parentOf, weights, limits), {
    node: (node) => ({
      ...describe(node),
      valueUs: valueUs[node] ?? 0,
      selfUs: selfUs[node] ?? 0,
      beforeUs: beforeUs[node] ?? 0,
      beforeSelfUs: beforeSelfUs[node] ?? 0,
    }),
    other: (hidden) => {
      const us = sumOf(hidden, valueUs);
      const wasUs = sumOf(hidden, beforeUs);
      return us + wasUs > 0
        ? { name: OTHER, place: null, valueUs: us, selfUs: us, beforeUs: wasUs, beforeSelfUs: wasUs }
        : null;
    },
  });
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
    return { ...make.node(node), children: own.sort((a, b) => b.valueUs - a.valueUs) };
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

function withoutIdle(tree: TreeShape, selfUs: Float64Array): Float64Array {
  const idle = tree.functions.map((frame) => pseudoOf(frame) === 'idle');
  return selfUs.map((us, node) => (idle[tree.functionOf[node] ?? 0] ? 0 : us));
}

function sumOf(nodes: readonly number[], values: Float64Array): number {
  return nodes.reduce((sum, node) => sum + (values[node] ?? 0), 0);
}
