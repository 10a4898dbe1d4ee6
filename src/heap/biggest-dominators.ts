import type { Bytes } from '../model/units.ts';
import type { AnalysedGraph } from './analyse-graph.ts';
import type { RetainedSizes } from './retained-sizes.ts';
import { NODE } from './snapshot-layout.ts';
import { nodeWords } from './words/node-words.ts';

export interface BigObject {
  /** `@id` of other tools. */
  readonly id: number;
  readonly words: string;
  readonly shallowBytes: Bytes;
  readonly retainedBytes: Bytes;
}

/**
 * The objects with the largest retained size, largest first. Objects that retain one another (a module, its Map, the Map's
 * table) retain nearly the same bytes. Of such a stack only the lowest object that still retains nine tenths is listed.
 */
export function biggestDominators(
  { graph, numbered, sizes }: Omit<AnalysedGraph, 'aggregates'>,
  most: number,
): BigObject[] {
  const { nodeAt, numberAt, retained } = sizes;
  const { nodeType } = graph;
  const least = (retained[0] ?? 0) / 1000;
  const found: number[] = [];
  for (let place = 1; place < numberAt.length; place++) {
    const number = numberAt[place]!;
    const bytes = retained[number]!;
    if (bytes < least || nodeType[nodeAt[number]!] === NODE.synthetic) continue;
    const heir = biggestChild(place, sizes);
    const hasHeir = heir >= 0 && retained[heir]! >= bytes * 0.9;
    if (!hasHeir || nodeType[nodeAt[heir]!] === NODE.array) found.push(number);
  }
  return found
    .sort((a, b) => retained[b]! - retained[a]!)
    .slice(0, most)
    .map((number) => ({
      id: graph.nodeId[nodeAt[number]!]!,
      words: nodeWords(graph, nodeAt[number]!),
      shallowBytes: numbered.shallow[number]!,
      retainedBytes: retained[number]!,
    }));
}

/** Number of the biggest child of the node at `place`, -1 if it has no child. */
function biggestChild(place: number, { numberAt, subtreeEnd, retained }: RetainedSizes): number {
  let best = -1;
  for (let child = place + 1; child < subtreeEnd[place]!; child = subtreeEnd[child]!) {
    const number = numberAt[child]!;
    if (best < 0 || retained[number]! > retained[best]!) best = number;
  }
  return best;
}
