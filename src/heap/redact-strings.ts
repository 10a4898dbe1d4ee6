import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

/** Strings that only name values (contents of strings, symbols, numbers), and no class, property, function or script. */
export function stringsToRedact(graph: HeapGraph): Uint8Array {
  const { nodeCount, nodeType, nodeName, edgeCount, edgeType, edgeName, edgeTo, strings } = graph;
  const isValue = new Uint8Array(strings.count);
  for (let node = 0; node < nodeCount; node++) if (holdsValue(nodeType[node]!)) isValue[nodeName[node]!] = 1;
  // What is also the name of a thing stays: without names a snapshot tells nothing.
  for (let node = 0; node < nodeCount; node++) if (!holdsValue(nodeType[node]!)) isValue[nodeName[node]!] = 0;
  for (let edge = 0; edge < edgeCount; edge++) {
    const type = edgeType[edge]!;
    if (type !== EDGE.element && type !== EDGE.hidden) isValue[edgeName[edge]!] = 0;
  }
  keepScriptNames();
  return isValue;

  /** A script's name is a string value in V8's eyes; findings need it. */
  function keepScriptNames(): void {
    const { firstEdge } = graph;
    for (let node = 0; node < nodeCount; node++) {
      if (nodeType[node] !== NODE.code) continue;
      for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
        if (edgeType[edge] !== EDGE.internal || !strings.is(edgeName[edge]!, 'name')) continue;
        const name = nodeName[edgeTo[edge]!]!;
        if (/^(node:|file:|\/|[A-Za-z]:\\)/.test(strings.get(name))) isValue[name] = 0;
      }
    }
  }
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
