import type { AnalysedGraph } from '../analyse-graph.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { NODE } from '../snapshot-layout.ts';

/** The node with an `@id`, or -1. */
export function findById(graph: HeapGraph, id: number): number {
  return graph.nodeId.indexOf(id);
}

/** All objects of a class (its constructor's name), and all functions of that name. */
export function findByClass({ graph, numbered, sizes }: AnalysedGraph, name: string): number[] {
  const { classOf, classNames } = numbered;
  const wanted = classNames.indexOf(name);
  const found: number[] = [];
  for (const [number, node] of sizes.nodeAt.entries()) {
    if (classOf[number] === wanted || isFunctionNamed(graph, node, name)) found.push(node);
  }
  return found.sort((a, b) => a - b);
}

function isFunctionNamed(graph: HeapGraph, node: number, name: string): boolean {
  return graph.nodeType[node] === NODE.closure && graph.strings.get(graph.nodeName[node]!) === name;
}
