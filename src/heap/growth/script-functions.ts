import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { target, textOf } from '../words/source-locations.ts';

/** Which script a function is of. */
export class ScriptFunctions {
  readonly #graph: HeapGraph;
  readonly #urls = new Map<number, string>();
  readonly #sharedName: number;

  constructor(graph: HeapGraph) {
    this.#graph = graph;
    this.#sharedName = graph.strings.indexOf('shared');
  }

  /** URL of its script as V8 has it; empty if there is none, as of functions of the engine. */
  urlOf(closure: number): string {
    const shared = this.#sharedOf(closure);
    const script = shared < 0 ? -1 : this.#scriptOf(shared);
    let url = this.#urls.get(script);
    if (url === undefined) {
      const name = script < 0 ? -1 : target(this.#graph, script, EDGE.internal, 'name');
      url = name < 0 ? '' : textOf(this.#graph, name);
      this.#urls.set(script, url);
    }
    return url;
  }

  /** Of Node's own scripts: `node:events`. */
  isOfNode(node: number): boolean {
    return this.#graph.nodeType[node] === NODE.closure && this.urlOf(node).startsWith('node:');
  }

  #sharedOf(closure: number): number {
    const { firstEdge, edgeType, edgeName, edgeTo } = this.#graph;
    for (let edge = firstEdge[closure]!; edge < firstEdge[closure + 1]!; edge++)
      if (edgeType[edge] === EDGE.internal && edgeName[edge] === this.#sharedName) return edgeTo[edge]!;
    return -1;
  }

  #scriptOf(shared: number): number {
    const script = target(this.#graph, shared, EDGE.internal, 'script');
    return script >= 0 ? script : target(this.#graph, shared, EDGE.internal, 'script_or_debug_info');
  }
}
