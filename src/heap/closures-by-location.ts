import type { HeapLocation } from '../model/heap-growth.ts';
import type { Bytes } from '../model/units.ts';
import type { HeapGraph } from './heap-graph.ts';
import { NODE } from './snapshot-layout.ts';
import { SourceLocations } from './words/source-locations.ts';

export interface ClosureGroup extends HeapLocation {
  readonly count: number;
  readonly shallowBytes: Bytes;
}

/** Number of closures per function of the source, largest first. Functions without a location are left out. */
export function closuresByLocation(graph: HeapGraph, most: number): ClosureGroup[] {
  const { locations, nodeType, selfSize } = graph;
  const groups = new Map<number, { node: number; count: number; shallowBytes: Bytes }>();
  for (let row = 0; row < locations.count; row++) {
    const node = locations.values[row * 4]!;
    if (nodeType[node] !== NODE.closure) continue;
    const script = locations.values[row * 4 + 1]!;
    // Unique for scripts of up to 4,000 columns and a million lines. A collision in a larger script only makes a count
    // wrong.
    const key = script * 2 ** 32 + locations.values[row * 4 + 2]! * 2 ** 12 + locations.values[row * 4 + 3]!;
    const group = groups.get(key);
    if (group) {
      group.count++;
      group.shallowBytes += selfSize[node]!;
    } else groups.set(key, { node, count: 1, shallowBytes: selfSize[node]! });
  }
  const biggest = [...groups.values()].sort((a, b) => b.count - a.count).slice(0, most);
  const places = new SourceLocations(graph);
  return biggest.flatMap(({ node, count, shallowBytes }) => {
    const location = places.locate(node);
    return location ? [{ ...location, count, shallowBytes }] : [];
  });
}
