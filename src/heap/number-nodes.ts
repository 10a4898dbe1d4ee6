import { buildClassTable, type ClassTable } from './class-table.ts';
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

/** What can be found before the numbers are known, by ordinal. */
export interface UnnumberedNodes {
  readonly shallow: Uint32Array;
  readonly classes: ClassTable;
  /** To be used again. */
  readonly scratch: Uint32Array;
}

export function sizeNodes(graph: HeapGraph): UnnumberedNodes {
  const scratch = new Uint32Array(new SharedArrayBuffer(graph.nodeCount * 4));
  const shallow = calculateShallowSizes(graph, scratch);
  return { shallow, classes: buildClassTable(graph, findDetached(graph)), scratch };
}

/**
 * Uses up what is given: the new columns are put where it stood.
 *
 * @param nodeAt ordinal by number
 */
export function numberNodes(nodeAt: Uint32Array, unnumbered: UnnumberedNodes): NumberedNodes {
  const { names, classOf } = unnumbered.classes;
  const shallow = putInOrder(unnumbered.shallow, nodeAt, unnumbered.scratch);
  return { shallow, classOf: putInOrder(classOf, nodeAt, unnumbered.shallow), classNames: names };
}

function putInOrder(values: Uint32Array, nodeAt: Uint32Array, into: Uint32Array): Uint32Array {
  for (let number = 0; number < nodeAt.length; number++) into[number] = values[nodeAt[number]!]!;
  return into;
}
