import type { AnalysedGraph } from '../analyse-graph.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { NODE } from '../snapshot-layout.ts';

/** The node with an `@id`, or -1. */
export function findById(graph: HeapGraph, id: number): number {
  return graph.nodeId.indexOf(id);
}

/** All objects of a class (its constructor's name), and all functions of that name. */
export function findByClass({ graph, classes }: AnalysedGraph, name: string): number[] {
  const number = classes.names.indexOf(name);
  const found: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (classes.classOf[node] === number || isFunctionNamed(graph, node, name)) found.push(node);
  }
  return found;
}

function isFunctionNamed(graph: HeapGraph, node: number, name: string): boolean {
  return graph.nodeType[node] === NODE.closure && graph.strings.get(graph.nodeName[node]!) === name;
}
