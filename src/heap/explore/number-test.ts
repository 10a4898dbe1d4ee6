import type { AnalysedGraph } from '../analyse-graph.ts';
import { findById } from '../paths/find-nodes.ts';
import { NODE } from '../snapshot-layout.ts';
import type { PackageTable } from './packages.ts';
import type { NameTest, ObjectQuery } from './parse-query.ts';

/**
 * Whether an object, by its number in the dominator tree, fits a query. Names are tested once each, not once an object.
 * Parts whose size counts for their owner match only by their id.
 */
export function numberTest(
  { graph, numbered, sizes }: AnalysedGraph,
  packages: () => PackageTable,
  query: ObjectQuery,
): (number: number) => boolean {
  const { shallow, classOf, classNames } = numbered;
  const { nodeAt, retained } = sizes;
  if (query.id !== null) {
    const node = findById(graph, query.id);
    return (number) => nodeAt[number] === node;
  }
  const ofClass = query.class && fitting(classNames, query.class);
  const table = query.package && packages();
  const ofPackage = table && fitting(table.names, query.package!);
  const isFunction = query.function && functionTest(graph.strings, query.function);
  const { type, detached, sizes: bounds } = query;
  return (number) => {
    if (shallow[number] === 0) return false;
    if (ofClass && ofClass[classOf[number]!] === 0) return false;
    if (table && ofPackage && ofPackage[table.packageOf[number]!] === 0) return false;
    for (const { of, holds } of bounds)
      if (!holds(of === 'retained' ? retained[number]! : shallow[number]!)) return false;
    const node = nodeAt[number]!;
    if (type !== null && graph.nodeType[node] !== type) return false;
    if (detached && graph.detachedness[node] !== 2) return false;
    return !isFunction || (graph.nodeType[node] === NODE.closure && isFunction(graph.nodeName[node]!));
  };
}

function fitting(names: readonly string[], test: NameTest): Uint8Array {
  return Uint8Array.from(names, (name) => (test(name) ? 1 : 0));
}

function functionTest(strings: { get(index: number): string }, test: NameTest): (name: number) => boolean {
  const known = new Map<number, boolean>();
  return (name) => {
    let fits = known.get(name);
    if (fits === undefined) {
      fits = test(strings.get(name));
      known.set(name, fits);
    }
    return fits;
  };
}
