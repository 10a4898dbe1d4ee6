import { createDictionaryTest } from './data-keys.ts';
import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

/**
 * Which strings only say values: contents of strings, symbols, numbers and regular expressions, keys of dictionaries.
 * What also names a class, a property, a function, a variable or a script stays: a snapshot without names is useless.
 */
export function stringsToRedact(graph: HeapGraph): Uint8Array {
  const { nodeCount, nodeType, nodeName, firstEdge, edgeType, edgeName, strings } = graph;
  // Strings that nothing uses are values as likely as not.
  const isValue = new Uint8Array(strings.count).fill(1);
  const isDictionary = createDictionaryTest(graph);
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeName[node]!;
    if (!holdsValue(nodeType[node]!) || strings.byteLength(name) === 0) isValue[name] = 0;
    const hidesKeys = isDictionary(node);
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const type = edgeType[edge]!;
      if (type === EDGE.element || type === EDGE.hidden || (type === EDGE.property && hidesKeys)) continue;
      isValue[edgeName[edge]!] = 0;
    }
  }
  keepScriptNames(graph, isValue);
  return isValue;
}

function holdsValue(type: number): boolean {
  switch (type) {
    case NODE.string:
    case NODE.consString:
    case NODE.slicedString:
    case NODE.symbol:
    case NODE.number:
    case NODE.bigint:
    case NODE.regexp:
      return true;
    default:
      return false;
  }
}

/** A script's name is a string like any other to V8; findings need it. */
function keepScriptNames(graph: HeapGraph, isValue: Uint8Array): void {
  const { nodeCount, nodeType, nodeName, firstEdge, edgeType, edgeName, edgeTo, strings } = graph;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.code) continue;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if (edgeType[edge] !== EDGE.internal || !strings.is(edgeName[edge]!, 'name')) continue;
      const name = nodeName[edgeTo[edge]!]!;
      if (/^(node:|file:|\/|[A-Za-z]:\\)/.test(strings.get(name))) isValue[name] = 0;
    }
  }
}
