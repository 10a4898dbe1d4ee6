import type { DominatorTree } from './dominators.ts';

/** Retained sizes and the dominator tree laid out so that everything a node dominates stands right behind it. */
export interface RetainedSizes {
  /** By node ordinal: bytes that would be freed with the node. */
  readonly retained: Float64Array;
  /** Node ordinals in preorder of the dominator tree. */
  readonly order: Uint32Array;
  /** By place in `order`: the place behind the last node that this one dominates. */
  readonly subtreeEnd: Uint32Array;
}

/**
 * Uses up the tree's spare memory: once for each tree.
 *
 * Two sweeps, no search: dominators have smaller numbers than what they dominate, so sizes add up from the highest
 * number down, and places are given out from the lowest up (each dominator hands its children consecutive blocks).
 */
export function calculateRetainedSizes(tree: DominatorTree, shallow: Uint32Array): RetainedSizes {
  const { nodeCount, nodeAt, dominator } = tree;
  const size = tree.spare.doubles;
  const [members, nextPlace, order] = tree.spare.columns;
  members.fill(1);
  for (let number = 0; number < nodeCount; number++) size[number] = shallow[nodeAt[number]!]!;
  for (let number = nodeCount - 1; number > 0; number--) {
    const above = dominator[number]!;
    size[above] = size[above]! + size[number]!;
    members[above] = members[above]! + members[number]!;
  }
  const isRoomy = tree.spare.rest.byteLength >= nodeCount * 12;
  const retained = isRoomy ? new Float64Array(tree.spare.rest, 0, nodeCount) : new Float64Array(nodeCount);
  const subtreeEnd = isRoomy ? new Uint32Array(tree.spare.rest, nodeCount * 8, nodeCount) : new Uint32Array(nodeCount);
  for (let number = 0; number < nodeCount; number++) {
    const above = dominator[number]!;
    const place = number === 0 ? 0 : nextPlace[above]!;
    if (number > 0) nextPlace[above] = place + members[number]!;
    nextPlace[number] = place + 1;
    const node = nodeAt[number]!;
    order[place] = node;
    subtreeEnd[place] = place + members[number]!;
    retained[node] = size[number]!;
  }
  return { retained, order, subtreeEnd };
}
