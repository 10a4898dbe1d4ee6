import type { DominatorTree } from './dominators.ts';

/** Retained sizes, and the dominator tree laid out so that everything a node dominates stands right behind it. */
export interface RetainedSizes {
  /** Node ordinal by number. */
  readonly nodeAt: Uint32Array;
  /** By number: bytes that would be freed with the node. */
  readonly retained: Float64Array;
  /** Numbers in preorder of the dominator tree. */
  readonly numberAt: Uint32Array;
  /** By place in `numberAt`: the place behind the last node that this one dominates. */
  readonly subtreeEnd: Uint32Array;
}

/**
 * Uses up the tree's spare memory: once for each tree.
 *
 * Two sweeps, no search: dominators have smaller numbers than what they dominate, so sizes add up from the highest
 * number down, and places are given out from the lowest up (each dominator hands its children consecutive blocks).
 *
 * @param shallow by number
 */
export function calculateRetainedSizes(tree: DominatorTree, shallow: Uint32Array): RetainedSizes {
  const { nodeCount, nodeAt, dominator } = tree;
  const retained = tree.spare.doubles;
  const [members, nextPlace] = tree.spare.columns;
  const isRoomy = tree.spare.rest.byteLength >= nodeCount * 8;
  const rest = isRoomy ? tree.spare.rest : new SharedArrayBuffer(nodeCount * 8);
  const numberAt = new Uint32Array(rest, 0, nodeCount);
  const subtreeEnd = new Uint32Array(rest, nodeCount * 4, nodeCount);
  members.fill(1);
  for (let number = 0; number < nodeCount; number++) retained[number] = shallow[number]!;
  for (let number = nodeCount - 1; number > 0; number--) {
    const above = dominator[number]!;
    retained[above] = retained[above]! + retained[number]!;
    members[above] = members[above]! + members[number]!;
  }
  for (let number = 0; number < nodeCount; number++) {
    const above = dominator[number]!;
    const place = number === 0 ? 0 : nextPlace[above]!;
    if (number > 0) nextPlace[above] = place + members[number]!;
    nextPlace[number] = place + 1;
    numberAt[place] = number;
    subtreeEnd[place] = place + members[number]!;
  }
  return { nodeAt, retained, numberAt, subtreeEnd };
}

/** By node ordinal instead of by number. */
export function retainedByNode({ nodeAt, retained }: RetainedSizes): Float64Array {
  const sizes = new Float64Array(nodeAt.length);
  for (let number = 0; number < nodeAt.length; number++) sizes[nodeAt[number]!] = retained[number]!;
  return sizes;
}
