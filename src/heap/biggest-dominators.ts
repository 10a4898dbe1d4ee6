import type { Bytes } from '../model/units.ts';
import type { AnalysedGraph } from './analyse-graph.ts';
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
 * The objects that keep most alive, biggest first. Objects on top of one another (a module, its Map, the Map's table)
 * keep nearly the same bytes: of such a stack only the lowest that still has nine tenths of it is worth a line.
 */
export function biggestDominators({ graph, shallow, sizes }: AnalysedGraph, most: number): BigObject[] {
  const { order, subtreeEnd, retained } = sizes;
  const least = (retained[0] ?? 0) / 1000;
  const found: number[] = [];
  for (let place = 1; place < order.length; place++) {
    const node = order[place]!;
    const bytes = retained[node]!;
    if (bytes < least || graph.nodeType[node] === NODE.synthetic) continue;
    const below = order[place + 1];
    const hasHeir = below !== undefined && place + 1 < subtreeEnd[place]! && biggestChild(place, sizes) >= bytes * 0.9;
    if (!hasHeir || graph.nodeType[biggestChildNode(place, sizes)] === NODE.array) found.push(node);
  }
  return found
    .sort((a, b) => retained[b]! - retained[a]!)
    .slice(0, most)
    .map((node) => ({
      id: graph.nodeId[node]!,
      words: nodeWords(graph, node),
      shallowBytes: shallow[node]!,
      retainedBytes: retained[node]!,
    }));
}

function biggestChild(place: number, sizes: AnalysedGraph['sizes']): number {
  const node = biggestChildNode(place, sizes);
  return node < 0 ? 0 : sizes.retained[node]!;
}

function biggestChildNode(place: number, { order, subtreeEnd, retained }: AnalysedGraph['sizes']): number {
  let best = -1;
  for (let child = place + 1; child < subtreeEnd[place]!; child = subtreeEnd[child]!) {
    const node = order[child]!;
    if (best < 0 || retained[node]! > retained[best]!) best = node;
  }
  return best;
}
