import type { PageFlame } from '../model/page-data.ts';
import type { FlameGraph } from './flame-graph.ts';
import { FlameTree } from './flame-tree.ts';

/** A function, as its numbers in the names and places of a graph. */
export interface FlameFunction {
  readonly name: number;
  readonly place: number;
}

export function functionAt({ data }: FlameGraph, i: number): FlameFunction {
  return { name: data.name[i] ?? 0, place: data.place[i] ?? 0 };
}

/** The graph from the leaves: first what has time of its own, below it who called that. */
export function invertFlame(graph: FlameGraph): PageFlame {
  const { data, size, parent } = graph;
  const beforeSelf = data.before && selfBefore(graph);
  const tree = rootOf(data);
  for (let i = 0; i < size; i++) {
    const value = data.self[i] ?? 0;
    const before = beforeSelf?.[i] ?? 0;
    if (value <= 0 && before <= 0) continue;
    tree.weigh(0, value, before);
    for (let at = i, node = 0; at > 0; at = parent[at] ?? -1) node = addFrame(tree, node, graph, at, value, before);
  }
  return lay(tree, data);
}

/** Who called a function, the nearest caller first. A call inside a call of the same function is part of that. */
export function callersOf(graph: FlameGraph, of: FlameFunction): PageFlame {
  const { data, parent } = graph;
  const tree = new FlameTree(of.name, of.place);
  for (const i of outermost(graph, of)) {
    const value = data.value[i] ?? 0;
    const before = data.before?.[i] ?? 0;
    tree.weigh(0, value, before);
    for (let at = parent[i] ?? -1, node = 0; at > 0; at = parent[at] ?? -1)
      node = addFrame(tree, node, graph, at, value, before);
  }
  return lay(tree, data);
}

/** What a function calls, all its calls together. */
export function calleesOf(graph: FlameGraph, of: FlameFunction): PageFlame {
  const { data, size, parent } = graph;
  const tree = new FlameTree(of.name, of.place);
  for (const top of outermost(graph, of)) {
    tree.weigh(0, data.value[top] ?? 0, data.before?.[top] ?? 0);
    const depth = data.depth[top] ?? 0;
    const nodes = new Map([[top, 0]]);
    for (let i = top + 1; i < size && (data.depth[i] ?? 0) > depth; i++) {
      const above = nodes.get(parent[i] ?? top) ?? 0;
      nodes.set(i, addFrame(tree, above, graph, i, data.value[i] ?? 0, data.before?.[i] ?? 0));
    }
  }
  return lay(tree, data);
}

function outermost(graph: FlameGraph, { name, place }: FlameFunction): number[] {
  const { data, size, parent } = graph;
  const inside = new Uint8Array(size);
  const found: number[] = [];
  for (let i = 0; i < size; i++) {
    const isOne = data.name[i] === name && data.place[i] === place;
    const isInside = inside[parent[i] ?? -1] === 1;
    if (isOne && !isInside) found.push(i);
    inside[i] = isOne || isInside ? 1 : 0;
  }
  return found;
}

/** What each frame itself took before: its own value less those of its children. */
function selfBefore({ data, size, parent }: FlameGraph): Float64Array {
  const self = Float64Array.from(data.before ?? []);
  for (let i = 1; i < size; i++) {
    const above = parent[i] ?? 0;
    self[above] = Math.max(0, (self[above] ?? 0) - (data.before?.[i] ?? 0));
  }
  return self;
}

function addFrame(
  tree: FlameTree,
  node: number,
  { data }: FlameGraph,
  i: number,
  value: number,
  before: number,
): number {
  return tree.add(node, data.name[i] ?? 0, data.place[i] ?? 0, value, before);
}

function rootOf(data: PageFlame): FlameTree {
  return new FlameTree(data.name[0] ?? 0, data.place[0] ?? 0);
}

function lay(tree: FlameTree, data: PageFlame): PageFlame {
  const { unit, id, title, detail, names, places, sample } = data;
  return tree.layOut({ unit, id, title, detail, names, places, sample, isDifference: data.before !== null });
}
