import type { DominatorTree } from './dominators.ts';

/** The dominator tree laid out so that everything a node dominates stands right after it. */
export interface TreeLayout {
  /** Numbers in preorder of the dominator tree. */
  readonly numberAt: Uint32Array;
  /** By place in `numberAt`: the place after the last node that this one dominates. */
  readonly subtreeEnd: Uint32Array;
}

export interface RetainedSizes extends TreeLayout {
  /** Node ordinal by number. */
  readonly nodeAt: Uint32Array;
  /** By number: bytes that would be freed with the node. */
  readonly retained: Float64Array;
}

/**
 * Dominators have smaller numbers than what they dominate, so no search is needed: sizes add up from the highest number
 * down. Uses up the tree's spare doubles.
 *
 * @param shallow by number
 */
export function sumRetained({ nodeCount, dominator, spare }: DominatorTree, shallow: Uint32Array): Float64Array {
  const retained = spare.doubles;
  for (let number = 0; number < nodeCount; number++) retained[number] = shallow[number]!;
  for (let number = nodeCount - 1; number > 0; number--) {
    const above = dominator[number]!;
    retained[above] = retained[above]! + retained[number]!;
  }
  return retained;
}

/**
 * Members are counted from the highest number down, and places are given out from the lowest up: each dominator hands its
 * children consecutive blocks. Uses up the tree's spare columns.
 */
export function layOutTree({ nodeCount, dominator, spare }: DominatorTree): TreeLayout {
  const [members, nextPlace] = spare.columns;
  const numberAt = new Uint32Array(spare.rest, 0, nodeCount);
  const subtreeEnd = new Uint32Array(spare.rest, nodeCount * 4, nodeCount);
  members.fill(1);
  for (let number = nodeCount - 1; number > 0; number--) {
    const above = dominator[number]!;
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
  return { numberAt, subtreeEnd };
}
