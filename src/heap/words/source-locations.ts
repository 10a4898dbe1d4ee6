import type { HeapLocation } from '../../model/heap-growth.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';

/** Where functions and objects of classes are written: the rows of `locations`, with the URL of the script. */
export class SourceLocations {
  private readonly graph: HeapGraph;
  private rows: Map<number, number> | null = null;
  private asked = 0;
  private readonly urls: ReadonlyMap<number, string>;

  constructor(graph: HeapGraph) {
    this.graph = graph;
    this.urls = this.readUrls();
  }

  /** Of a closure its own place, of an object that of its constructor; null if V8 gave none or the script has no name. */
  locate(node: number): HeapLocation | null {
    const row = this.rowOf(node);
    if (row < 0) return null;
    const [, script, line0, column0] = this.graph.locations.values.subarray(row * 4, row * 4 + 4);
    const scriptUrl = this.urls.get(script!);
    if (scriptUrl === undefined) return null;
    return { scriptUrl, line0: line0!, column0: column0!, functionName: this.functionName(node) };
  }

  /** Calls back with each node that has a place, and the script that it is in. */
  eachScript(found: (node: number, scriptUrl: string) => void): void {
    const { count, values } = this.graph.locations;
    for (let row = 0; row < count; row++) {
      const url = this.urls.get(values[row * 4 + 1]!);
      if (url !== undefined) found(values[row * 4]!, url);
    }
  }

  /** A few places are found by looking through all rows; who wants many gets an index. */
  private rowOf(node: number): number {
    const { count, values } = this.graph.locations;
    if (this.rows === null && this.asked++ > 64) {
      this.rows = new Map();
      for (let row = 0; row < count; row++) this.rows.set(values[row * 4]!, row);
    }
    if (this.rows) return this.rows.get(node) ?? -1;
    for (let row = 0; row < count; row++) if (values[row * 4] === node) return row;
    return -1;
  }

  private functionName(node: number): string {
    const { nodeType, nodeName, strings } = this.graph;
    return nodeType[node] === NODE.closure || nodeType[node] === NODE.object ? strings.get(nodeName[node]!) : '';
  }

  /** The rows know a script by number, the graph by name: a closure that has both tells which is which. */
  private readUrls(): Map<number, string> {
    const { locations, nodeType } = this.graph;
    const urls = new Map<number, string>();
    let last = -1;
    for (let row = 0; row < locations.count; row++) {
      const node = locations.values[row * 4]!;
      const script = locations.values[row * 4 + 1]!;
      if (script === last || nodeType[node] !== NODE.closure || urls.has(script)) continue;
      const url = scriptOf(this.graph, node);
      if (url === null) continue;
      urls.set(script, url);
      last = script;
    }
    return urls;
  }
}

/** URL of the script that a closure belongs to, also where it has no location. */
export function scriptOf(graph: HeapGraph, closure: number): string | null {
  const shared = target(graph, closure, EDGE.internal, 'shared');
  if (shared < 0) return null;
  for (const edge of ['script', 'script_or_debug_info']) {
    const script = target(graph, shared, EDGE.internal, edge);
    const name = script < 0 ? -1 : target(graph, script, EDGE.internal, 'name');
    const url = name < 0 ? '' : textOf(graph, name);
    if (url !== '') return url;
  }
  return null;
}

/** The node that the first edge of that type and name leads to, or -1. */
export function target(graph: HeapGraph, node: number, type: number, name: string): number {
  const { firstEdge, edgeType, edgeName, edgeTo, strings } = graph;
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] === type && strings.is(edgeName[edge]!, name)) return edgeTo[edge]!;
  }
  return -1;
}

/** What a string says, also when V8 keeps it as a concatenation; empty for what is no string. */
export function textOf(graph: HeapGraph, node: number, depth: number = 0): string {
  switch (graph.nodeType[node]) {
    case NODE.string:
      return graph.strings.get(graph.nodeName[node]!);
    case NODE.consString: {
      const parts = ['first', 'second'].map((name) => target(graph, node, EDGE.internal, name));
      return depth > 8 ? '' : parts.map((part) => (part < 0 ? '' : textOf(graph, part, depth + 1))).join('');
    }
    default:
      return '';
  }
}
