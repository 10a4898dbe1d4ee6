import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';
import { scriptOf, target } from './words/source-locations.ts';

/** A variable that an ES module exports. It lives in a cell of its own, to which the module and all importers lead. */
export interface ModuleExport {
  readonly name: string;
  /** Of the module's script; empty if unknown. */
  readonly url: string;
}

/**
 * The exported variables of all ES modules, by the node of their cell. V8 keeps the names of a module's exports in a
 * hash table, a flat array in which each name is followed by its cell.
 */
export function findModuleExports(graph: HeapGraph): ReadonlyMap<number, ModuleExport> {
  const { nodeCount, nodeType, nodeName, strings } = graph;
  const moduleName = strings.indexOf('system / SourceTextModule');
  const found = new Map<number, ModuleExport>();
  if (moduleName < 0) return found;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.hidden || nodeName[node] !== moduleName) continue;
    const names = namesOfCells(graph, node);
    if (names.size === 0) continue;
    const url = urlOf(graph, node);
    for (const [cell, { name, isOwn }] of names) {
      // What one module exports on behalf of another stands in the tables of both.
      if (isOwn || !found.has(cell)) found.set(cell, { name, url });
    }
  }
  return found;
}

/**
 * `isOwn`: the module made the cell. V8 lists those in the field behind that of the module's code, and the cells that it
 * imports in the one after that.
 */
function namesOfCells(graph: HeapGraph, module: number): Map<number, { name: string; isOwn: boolean }> {
  const { firstEdge, edgeType, edgeName, edgeTo, nodeType } = graph;
  const names = new Map<number, { name: string; isOwn: boolean }>();
  const lists = new Map<number, readonly number[]>();
  let codeField = Number.NaN;
  for (let edge = firstEdge[module]!; edge < firstEdge[module + 1]!; edge++) {
    if (edgeType[edge] !== EDGE.hidden) continue;
    const to = edgeTo[edge]!;
    if (nodeType[to] === NODE.array) lists.set(edgeName[edge]!, readArray(graph, to, names));
    else if (isCode(graph, to)) codeField = edgeName[edge]!;
  }
  for (const cell of lists.get(codeField + 1) ?? []) {
    const known = names.get(cell);
    if (known) names.set(cell, { ...known, isOwn: true });
  }
  return names;
}

/** A generator once the module is linked, before that its function. */
function isCode({ nodeType, nodeName, strings }: HeapGraph, node: number): boolean {
  if (nodeType[node] === NODE.closure || nodeType[node] === NODE.code) return true;
  return nodeType[node] === NODE.object && /Generator$/.test(strings.get(nodeName[node]!));
}

/** Adds the named cells of an array to `names`; returns the cells that have no name in it. */
function readArray(
  { firstEdge, edgeType, edgeName, edgeTo, nodeType, nodeName, strings }: HeapGraph,
  array: number,
  names: Map<number, { name: string; isOwn: boolean }>,
): number[] {
  const unnamed: number[] = [];
  const slots = new Map<number, number>();
  for (let edge = firstEdge[array]!; edge < firstEdge[array + 1]!; edge++) {
    if (edgeType[edge] !== EDGE.internal) continue;
    const slot = Number(strings.get(edgeName[edge]!));
    if (Number.isInteger(slot)) slots.set(slot, edgeTo[edge]!);
  }
  for (const [slot, cell] of slots) {
    if (nodeType[cell] !== NODE.hidden || !strings.is(nodeName[cell]!, 'system / Cell')) continue;
    const before = slots.get(slot - 1);
    if (before !== undefined && nodeType[before] === NODE.string) {
      if (!names.has(cell)) names.set(cell, { name: strings.get(nodeName[before]!), isOwn: false });
    } else unnamed.push(cell);
  }
  return unnamed;
}

/** The module's code is a generator, whose function knows its script. */
function urlOf(graph: HeapGraph, module: number): string {
  for (let edge = graph.firstEdge[module]!; edge < graph.firstEdge[module + 1]!; edge++) {
    const closure = target(graph, graph.edgeTo[edge]!, EDGE.internal, 'function');
    const url = closure < 0 ? null : scriptOf(graph, closure);
    if (url !== null) return url;
  }
  return '';
}
