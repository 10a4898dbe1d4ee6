import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { analyseGraph } from '../../src/heap/analyse-graph.ts';
import type { HeapGraph } from '../../src/heap/heap-graph.ts';
import { calculateShallowSizes } from '../../src/heap/shallow-sizes.ts';
import { type EdgeSpec, parse, type SnapshotSpec, snapshotText } from './build-snapshot.ts';
import { retainedByNode } from './retained-by-node.ts';

const PROPERTY = 2;
const SHORTCUT = 5;
const WEAK = 6;

/** Graphs with every kind of edge; the root is synthetic and leads to a global object or not. */
const graphs: fc.Arbitrary<SnapshotSpec> = fc.integer({ min: 2, max: 24 }).chain((count) => {
  const node = fc.integer({ min: 0, max: count - 1 });
  const type = fc.constantFrom(0, PROPERTY, PROPERTY, PROPERTY, 3, SHORTCUT, WEAK);
  const edge = fc.tuple(node, type, fc.constantFrom('a', 'b'), node).map((spec): EdgeSpec => spec);
  return fc.record({
    nodes: fc
      .array(fc.record({ size: fc.integer({ min: 0, max: 100 }) }), { minLength: count - 1, maxLength: count - 1 })
      .map((nodes) => [{ type: 9, name: '', size: 0 }, ...nodes]),
    edges: fc.array(edge, { maxLength: count * 3 }).map((edges): EdgeSpec[] => [[0, PROPERTY, 'first', 1], ...edges]),
  });
});

test('retained sizes agree with what removing each object in turn frees, on random graphs', () => {
  fc.assert(
    fc.property(graphs, fc.constantFrom<'old' | 'new'>('old', 'new'), (spec, layout) => {
      const graph = parse(snapshotText(spec, layout));
      const retained = retainedByNode(analyseGraph(graph).sizes);
      const expected = retainedByRemoval(graph, calculateShallowSizes(graph));
      for (const [node, bytes] of expected) assert.equal(retained[node], bytes, `node ${node}`);
    }),
    { numRuns: 600, seed: 7 },
  );
});

test('a chain as long as memory allows needs no call stack', () => {
  const length = 200_000;
  const nodes = Array.from({ length }, (_, index) => (index === 0 ? { type: 9, name: '', size: 0 } : { size: 1 }));
  const edges = nodes.slice(1).map((_, index): EdgeSpec => [index, PROPERTY, 'next', index + 1]);
  const retained = retainedByNode(analyseGraph(parse(snapshotText({ nodes, edges }, 'new'))).sizes);
  assert.equal(retained[0], length - 1);
  assert.equal(retained[length / 2], length / 2);
});

/** Obviously right and slow. Nodes that nothing reaches from the root are left to the reference comparison. */
function retainedByRemoval(graph: HeapGraph, shallow: Uint32Array): Map<number, number> {
  const owned = reach(graph, [...pageRoots(graph)], -1, (edge) => graph.edgeType[edge] !== WEAK);
  const counts = (edge: number, from: number): boolean => {
    const type = graph.edgeType[edge]!;
    if (type === WEAK || (type === SHORTCUT && from !== 0)) return false;
    return from === 0 || owned.size === 0 || owned.has(from) || !owned.has(graph.edgeTo[edge]!);
  };
  const roots = rootsOf(graph, counts);
  const all = reach(graph, roots, -1, counts);
  const retained = new Map<number, number>();
  for (const node of reach(graph, [0], -1, counts)) {
    if (node === 0) continue;
    const left = reach(graph, roots, node, counts);
    retained.set(
      node,
      [...all].filter((other) => !left.has(other)).reduce((sum, other) => sum + shallow[other]!, 0),
    );
  }
  return retained;
}

/** The root, and what no edge that counts leads to: such nodes hang below the root. */
function rootsOf(graph: HeapGraph, counts: (edge: number, from: number) => boolean): number[] {
  const reached = reach(graph, [0], -1, counts);
  const roots = [0];
  for (let node = 1; node < graph.nodeCount; node++) {
    if (!reached.has(node) && !hasRetainer(graph, node, counts)) roots.push(node);
  }
  return roots;
}

function hasRetainer(graph: HeapGraph, node: number, counts: (edge: number, from: number) => boolean): boolean {
  for (let from = 0; from < graph.nodeCount; from++) {
    if (from === node) continue;
    for (let edge = graph.firstEdge[from]!; edge < graph.firstEdge[from + 1]!; edge++) {
      if (graph.edgeTo[edge] === node && counts(edge, from)) return true;
    }
  }
  return false;
}

function pageRoots(graph: HeapGraph): Set<number> {
  const roots = new Set<number>();
  for (let edge = 0; edge < graph.firstEdge[1]!; edge++) {
    if (graph.edgeType[edge] === SHORTCUT && graph.edgeTo[edge] !== 0) roots.add(graph.edgeTo[edge]!);
  }
  return roots;
}

function reach(
  graph: HeapGraph,
  starts: readonly number[],
  without: number,
  counts: (edge: number, from: number) => boolean,
): Set<number> {
  const seen = new Set(starts.filter((node) => node !== without));
  const open = [...seen];
  while (open.length > 0) {
    const node = open.pop()!;
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const to = graph.edgeTo[edge]!;
      if (to === without || seen.has(to) || to === node || !counts(edge, node)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}
