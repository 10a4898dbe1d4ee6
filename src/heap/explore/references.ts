import { type HeapReference, type ReferenceList, ROWS_A_PAGE } from '../../model/heap-answers.ts';
import { isDataKey, isDictionaryAt } from '../data-keys.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE } from '../snapshot-layout.ts';
import { sourceOf } from '../source-of.ts';
import { charactersOf, valueOfNode } from './node-values.ts';
import type { ObjectRows } from './object-rows.ts';

const KINDS: Readonly<Record<number, string>> = {
  [EDGE.property]: 'property',
  [EDGE.element]: 'element',
  [EDGE.context]: 'variable',
  [EDGE.internal]: 'internal',
  [EDGE.hidden]: 'hidden',
  [EDGE.shortcut]: 'shortcut',
  [EDGE.weak]: 'weak',
};
/** References that the program wrote come first, then those of the engine. */
const ORDER: readonly number[] = [
  EDGE.property,
  EDGE.element,
  EDGE.context,
  EDGE.internal,
  EDGE.shortcut,
  EDGE.hidden,
  EDGE.weak,
];

/** What an object refers to: its properties, elements and variables, and what V8 keeps with it. */
export function fieldsOf(
  graph: HeapGraph,
  rows: ObjectRows,
  node: number,
  from: number,
  values: boolean,
): ReferenceList {
  const [first, end] = [graph.firstEdge[node]!, graph.firstEdge[node + 1]!];
  const edges = Uint32Array.from({ length: end - first }, (_, index) => first + index);
  const isHidden = !values && isDictionaryAt(graph, node);
  return page(graph, edges, from, (edge) => reference(graph, rows, edge, graph.edgeTo[edge]!, values, isHidden));
}

/** Which objects refer to an object. A scan of all edges takes a few milliseconds and needs no second index. */
export function retainersOf(
  graph: HeapGraph,
  rows: ObjectRows,
  node: number,
  from: number,
  values: boolean,
): ReferenceList {
  const edges: number[] = [];
  for (let edge = graph.edgeTo.indexOf(node); edge >= 0; edge = graph.edgeTo.indexOf(node, edge + 1)) edges.push(edge);
  return page(graph, edges, from, (edge) => {
    const source = sourceOf(graph, edge);
    return reference(graph, rows, edge, source, values, !values && isDictionaryAt(graph, source));
  });
}

function page(
  { edgeType }: HeapGraph,
  edges: ArrayLike<number>,
  from: number,
  make: (edge: number) => HeapReference,
): ReferenceList {
  const references: HeapReference[] = [];
  let place = 0;
  for (const type of ORDER) {
    for (let index = 0; index < edges.length && references.length < ROWS_A_PAGE; index++) {
      if (edgeType[edges[index]!] !== type) continue;
      if (place++ >= from) references.push(make(edges[index]!));
    }
  }
  return { count: edges.length, from, references };
}

function reference(
  graph: HeapGraph,
  rows: ObjectRows,
  edge: number,
  shown: number,
  values: boolean,
  isDictionary: boolean,
): HeapReference {
  const type = graph.edgeType[edge]!;
  return {
    kind: KINDS[type] ?? 'other',
    name: edgeNameOf(graph, edge, isDictionary, values),
    isWeak: type === EDGE.weak,
    object: rows.ofNode(shown),
    value: values ? valueOfNode(graph, shown) : null,
    characters: charactersOf(graph, shown),
  };
}

/** Keys of dictionaries are data, and so are keys that look like an address or an id. */
export function edgeNameOf(graph: HeapGraph, edge: number, isDictionary: boolean, values: boolean): string {
  const type = graph.edgeType[edge]!;
  if (type === EDGE.element || type === EDGE.hidden) return `[${graph.edgeName[edge]}]`;
  const name = graph.strings.get(graph.edgeName[edge]!);
  if (values || type !== EDGE.property) return name;
  return isDictionary || isDataKey(name) ? '<key>' : name;
}
