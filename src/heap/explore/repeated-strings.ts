import { type RepeatedStrings, ROWS_A_PAGE, type StringHolder } from '../../model/heap-answers.ts';
import { isDictionaryAt } from '../data-keys.ts';
import type { StringCopies } from '../duplicate-strings.ts';
import type { HeapGraph } from '../heap-graph.ts';
import type { NumberedNodes } from '../number-nodes.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { fingerprintOf } from './node-values.ts';
import { edgeNameOf } from './references.ts';
import { TopOf } from './top-of.ts';

const MOST_HOLDERS = 50;

/** Strings that exist more than once, the largest waste first. */
export function repeatedStrings(
  { strings }: HeapGraph,
  { copies, wasted }: StringCopies,
  { from, values, salt }: { readonly from: number; readonly values: boolean; readonly salt: number },
): RepeatedStrings {
  const top = new TopOf(from + ROWS_A_PAGE, (text) => wasted[text]!);
  let count = 0;
  let repeated = 0;
  let wastedBytes = 0;
  for (let text = 0; text < strings.count; text++) {
    if (copies[text]! < 2) continue;
    top.offer(text);
    count++;
    repeated += copies[text]! - 1;
    wastedBytes += wasted[text]!;
  }
  return {
    strings: repeated,
    wastedBytes,
    from,
    count,
    biggest: top.items.slice(from).map((text) => ({
      text,
      characters: strings.byteLength(text),
      copies: copies[text]!,
      wastedBytes: wasted[text]!,
      fingerprint: fingerprintOf(strings.get(text), salt),
      value: values ? strings.get(text) : null,
    })),
  };
}

/** Which classes hold copies of a text, and under which name, most copies first. */
export function stringHolders(
  graph: HeapGraph,
  { classNames, classOf }: NumberedNodes,
  numberOf: (node: number) => number,
  text: number,
  values: boolean,
): StringHolder[] {
  const { nodeCount, nodeType, nodeName, firstEdge, edgeType, edgeName, edgeTo } = graph;
  const found = new Map<string, { node: number; edge: number; references: number; copies: Set<number> }>();
  const classesAt = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (nodeName[to] !== text || nodeType[to] !== NODE.string || edgeType[edge] === EDGE.weak) continue;
      const isIndex = edgeType[edge] === EDGE.element || edgeType[edge] === EDGE.hidden;
      // Objects of one class and name of a property are one row; the class is looked up once a name and type.
      const key = `${nodeType[node]} ${nodeName[node]} ${edgeType[edge]} ${isIndex ? '' : edgeName[edge]}`;
      const known = found.get(key);
      if (known) {
        known.references++;
        known.copies.add(to);
      } else found.set(key, { node, edge, references: 1, copies: new Set([to]) });
    }
  }
  return [...found.values()]
    .sort((a, b) => b.copies.size - a.copies.size || b.references - a.references)
    .slice(0, MOST_HOLDERS)
    .map(({ node, edge, references, copies }) => {
      const own = classesAt.get(node) ?? classOf[numberOf(node)]!;
      classesAt.set(node, own);
      return {
        class: classNames[own]!,
        kind: kindOf(edgeType[edge]!),
        name: kindOf(edgeType[edge]!) === 'element' ? '[*]' : nameFor(graph, node, edge, values),
        copies: copies.size,
        references,
        example: graph.nodeId[node]!,
      };
    });
}

function nameFor(graph: HeapGraph, node: number, edge: number, values: boolean): string {
  return edgeNameOf(graph, edge, !values && isDictionaryAt(graph, node), values);
}

function kindOf(type: number): string {
  if (type === EDGE.element || type === EDGE.hidden) return 'element';
  if (type === EDGE.context) return 'variable';
  return type === EDGE.property ? 'property' : 'internal';
}
