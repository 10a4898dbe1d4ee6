import { CLOSURE_PREFIX } from '../../model/class-name.ts';
import { isDataKey } from '../data-keys.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE, NODE_TYPE_NAMES } from '../snapshot-layout.ts';
import type { Originals } from './originals.ts';

const SHOWN_PROPERTIES = 4;

/**
 * What an object is, in a word or two and without any value: `OrderAudit`, `closure enqueue`, `Object {captureId, body}`.
 * With `originals` by the names of the source.
 */
export function nodeWords(graph: HeapGraph, node: number, originals: Originals | null = null): string {
  const type = graph.nodeType[node]!;
  const name = originals?.nameOf(node) ?? placed(node, graph.strings.get(graph.nodeName[node]!), originals);
  switch (type) {
    case NODE.object:
      return objectWords(graph, node, name);
    case NODE.closure:
      return CLOSURE_PREFIX + (name || '(anonymous)');
    case NODE.hidden:
    case NODE.native:
    case NODE.synthetic:
      return name.replace(/^system \/ /, '') || `(${NODE_TYPE_NAMES[type]})`;
    case NODE.array:
      return name || '(array)';
    case NODE.consString:
    case NODE.slicedString:
      return '(string)';
    case NODE.code:
      return '(compiled code)';
    default:
      // Strings, symbols and numbers are values: what they hold is never shown.
      return `(${NODE_TYPE_NAMES[type]})`;
  }
}

/** `a of quick-lru@7.0.0/dist/index.js:1`, where the name says nothing. */
function placed(node: number, name: string, originals: Originals | null): string {
  const place = originals?.placeInPackage(node, name) ?? null;
  return place === null ? name : `${name} of ${place}`;
}

function objectWords(graph: HeapGraph, node: number, name: string): string {
  if (name === 'Object') return plainObjectWords(graph, node);
  if (name === 'system / Context') return 'Context';
  // Node makes an AbortSignal out of an EventTarget, and V8 goes by what made the object.
  return name === 'EventTarget' && propertyNames(graph, node, 64).includes('<symbol kAborted>') ? 'AbortSignal' : name;
}

function plainObjectWords(graph: HeapGraph, node: number): string {
  const names = propertyNames(graph, node, SHOWN_PROPERTIES * 4);
  if (names.length === 0) return 'Object';
  // More than a handful is a dictionary as likely as a record, and then the names are data.
  if (names.length >= SHOWN_PROPERTIES * 4) return 'Object';
  if (names.some(isDataKey)) return `Object {<key>${names.length > 1 ? ', …' : ''}}`;
  return `Object {${names.slice(0, SHOWN_PROPERTIES).join(', ')}${names.length > SHOWN_PROPERTIES ? ', …' : ''}}`;
}

/** Own properties that hold an object or string (small integers leave no edge). */
function propertyNames(graph: HeapGraph, node: number, most: number): string[] {
  const { firstEdge, edgeType, edgeName, strings } = graph;
  const names: string[] = [];
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]! && names.length < most; edge++) {
    if (edgeType[edge] !== EDGE.property) continue;
    const name = strings.get(edgeName[edge]!);
    if (name !== '__proto__' && !/^(get|set) /.test(name)) names.push(name);
  }
  return names;
}

/** Names of all properties by the hidden class, also of those that hold small integers: `max` of a cache is one. */
export function declaredProperties(graph: HeapGraph, node: number): string[] {
  const { firstEdge, edgeTo, edgeType, nodeType, nodeName, strings } = graph;
  const found = new Set<string>();
  const shape = namedTarget(graph, node, 'map');
  const descriptors = shape < 0 ? -1 : namedTarget(graph, shape, 'descriptors');
  if (descriptors >= 0) {
    for (let edge = firstEdge[descriptors]!; edge < firstEdge[descriptors + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (edgeType[edge] !== EDGE.weak && nodeType[to] === NODE.string) found.add(strings.get(nodeName[to]!));
    }
  }
  for (const name of propertyNames(graph, node, 200)) found.add(name);
  return [...found];
}

function namedTarget(graph: HeapGraph, node: number, name: string): number {
  const { firstEdge, edgeType, edgeName, edgeTo, strings } = graph;
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] === EDGE.internal && strings.is(edgeName[edge]!, name)) return edgeTo[edge]!;
  }
  return -1;
}
