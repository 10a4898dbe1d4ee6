import type { HeapGraph } from '../heap-graph.ts';
import { EDGE } from '../snapshot-layout.ts';
import type { WeakMapEdges } from '../weak-map-edges.ts';
import type { Names } from './names.ts';

/** Labels of steps. The first character gives the kind: property, variable of a context, internal slot. */
export const LABEL = { index: '[*]', key: '<key>', weakMapValue: '<weak map value>' } as const;
export const PROPERTY = '.';
const VARIABLE = '$';
const INTERNAL = '/';

/** An object with more properties than a person would write is a dictionary: its keys are data. */
const DICTIONARY = 256;

export interface EdgeLabels {
  /** Label of an edge, by number in `names`. `isDictionary` as said by `isDictionary(node)`. */
  labelOf(edge: number, isDictionary: boolean): number;
  isDictionary(node: number): boolean;
}

export function createEdgeLabels(graph: HeapGraph, weakMaps: WeakMapEdges, names: Names): EdgeLabels {
  const { edgeType, edgeName, firstEdge, strings } = graph;
  const index = names.numberOf(LABEL.index);
  const key = names.numberOf(LABEL.key);
  const known = [0, 1, 2, 3, 4, 5, 6].map(() => null as Int32Array | null);
  const text = (type: number, name: number): string => {
    if (type === EDGE.property) return PROPERTY + strings.get(name);
    if (type === EDGE.context) return VARIABLE + strings.get(name);
    if (weakMaps.isPairName[name] === 1) return LABEL.weakMapValue;
    const first = strings.firstByte(name);
    return first >= 48 && first <= 57 ? LABEL.index : INTERNAL + strings.get(name);
  };
  return {
    labelOf: (edge, isDictionary) => {
      const type = edgeType[edge]!;
      if (type === EDGE.element || type === EDGE.hidden) return index;
      if (isDictionary && type === EDGE.property) return key;
      known[type] ??= new Int32Array(strings.count + 1);
      const cache = known[type];
      const name = Math.min(edgeName[edge]!, strings.count);
      let number = cache[name]!;
      if (number === 0) {
        number = names.numberOf(text(type, name)) + 1;
        cache[name] = number;
      }
      return number - 1;
    },
    isDictionary: (node) => {
      const end = firstEdge[node + 1]!;
      if (end - firstEdge[node]! <= DICTIONARY) return false;
      let properties = 0;
      for (let edge = firstEdge[node]!; edge < end; edge++) if (edgeType[edge] === EDGE.property) properties++;
      return properties > DICTIONARY;
    },
  };
}
