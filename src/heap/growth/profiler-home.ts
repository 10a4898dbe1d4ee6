import type { HeapGraph } from '../heap-graph.ts';
import { EDGE } from '../snapshot-layout.ts';

/** The probes of a soak keep their state in the service under this name (`Symbol.for`). */
export const PROFILER_SYMBOL = '<symbol soak-profiler';

/** The edges to what our probes keep. They wrap functions of the program, which lead there too. */
export function findProfilerHomes({ edgeCount, edgeType, edgeName, strings }: HeapGraph): number[] {
  const names = new Set<number>();
  for (let index = 0; index < strings.count; index++) if (strings.has(index, 0, PROFILER_SYMBOL)) names.add(index);
  const found: number[] = [];
  if (names.size === 0) return found;
  for (let edge = 0; edge < edgeCount; edge++)
    if (edgeType[edge] === EDGE.property && names.has(edgeName[edge]!)) found.push(edge);
  return found;
}
