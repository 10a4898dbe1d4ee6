import { buildClassTable } from './class-table.ts';
import { findDetached } from './detachedness.ts';
import type { HeapGraph } from './heap-graph.ts';
import { calculateShallowSizes } from './shallow-sizes.ts';

/**
 * Shallow size and class of each node by its number in the dominator tree. Numbers that follow each other stand close
 * together in that tree, ordinals do not: what sweeps over the tree must not look each node up by its ordinal.
 */
export interface NumberedNodes {
  readonly shallow: Uint32Array;
  readonly classOf: Uint32Array;
  /** By class. */
  readonly classNames: readonly string[];
}

/** What can be found before the numbers are known. */
export interface UnnumberedNodes {
  readonly shallow: Uint32Array;
  /** To be used again. */
  readonly scratch: Uint32Array;
}

export function sizeNodes(graph: HeapGraph): UnnumberedNodes {
  const scratch = new Uint32Array(new SharedArrayBuffer(graph.nodeCount * 4));
  return { shallow: calculateShallowSizes(graph, scratch), scratch };
}

/**
 * Uses up the scratch memory.
 *
 * @param nodeAt ordinal by number
 */
export function numberNodes(graph: HeapGraph, nodeAt: Uint32Array, sized: UnnumberedNodes): NumberedNodes {
  const { classOf, names } = buildClassTable(graph, findDetached(graph), nodeAt);
  const shallow = sized.scratch;
  for (let number = 0; number < nodeAt.length; number++) shallow[number] = sized.shallow[nodeAt[number]!]!;
  return { shallow, classOf, classNames: names };
}
