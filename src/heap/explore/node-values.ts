import type { HeapGraph } from '../heap-graph.ts';
import { NODE } from '../snapshot-layout.ts';
import { valueOfNumber } from '../words/numbers.ts';
import { textOf } from '../words/source-locations.ts';

/**
 * The content of a node that is a value. V8 truncates strings at 1,024 characters. Null for objects, and for numbers without
 * a recorded value.
 */
export function valueOfNode(graph: HeapGraph, node: number): string | null {
  switch (graph.nodeType[node]) {
    case NODE.string:
    case NODE.consString:
      return textOf(graph, node);
    case NODE.number:
      return valueOfNumber(graph, node)?.toString() ?? null;
    case NODE.bigint:
    case NODE.symbol:
    case NODE.regexp:
      return graph.strings.get(graph.nodeName[node]!);
    default:
      return null;
  }
}

/** Length of a string, as far as the snapshot has it; null for anything else. */
export function charactersOf(graph: HeapGraph, node: number): number | null {
  const type = graph.nodeType[node];
  if (type === NODE.string) return graph.strings.byteLength(graph.nodeName[node]!);
  return type === NODE.consString ? textOf(graph, node).length : null;
}

/** Eight digits that identify equal strings within one session and reveal nothing else (FNV-1a with a salt). */
export function fingerprintOf(text: string, salt: number): string {
  let hash = (0x811c9dc5 ^ salt) >>> 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
