import type { HeapLocation } from '../../model/heap-growth.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';

/** Where functions and objects of classes are written: the rows of `locations`, with the URL of the script. */
export class SourceLocations {
  private readonly graph: HeapGraph;
  private readonly rowOf = new Map<number, number>();
  private readonly urls: Map<number, string>;

  constructor(graph: HeapGraph) {
    this.graph = graph;
    const { locations } = graph;
    this.urls = new Map();
    for (let row = 0; row < locations.count; row++) this.rowOf.set(locations.node[row]!, row);
    this.readUrls();
  }

  /** Of a closure its own place, of an object that of its constructor; null where V8 gave none or the script has no name. */
  locate(node: number): HeapLocation | null {
    const row = this.rowOf.get(node);
    if (row === undefined) return null;
    const { script, line, column } = this.graph.locations;
    const scriptUrl = this.urls.get(script[row]!);
    if (scriptUrl === undefined) return null;
    return { scriptUrl, line0: line[row]!, column0: column[row]!, functionName: this.functionName(node) };
  }

  /** URL of the script that a closure belongs to, also where it has no location. */
  scriptOf(closure: number): string | null {
    const { graph } = this;
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

  private functionName(node: number): string {
    const { nodeType, nodeName, strings } = this.graph;
    return nodeType[node] === NODE.closure || nodeType[node] === NODE.object ? strings.get(nodeName[node]!) : '';
  }

  /** The rows know a script by number, the graph by name: a closure that has both tells which is which. */
  private readUrls(): void {
    const { locations, nodeType } = this.graph;
    for (let row = 0; row < locations.count; row++) {
      const script = locations.script[row]!;
      if (this.urls.has(script) || nodeType[locations.node[row]!] !== NODE.closure) continue;
      const url = this.scriptOf(locations.node[row]!);
      if (url !== null) this.urls.set(script, url);
    }
  }
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
function textOf(graph: HeapGraph, node: number, depth: number = 0): string {
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
