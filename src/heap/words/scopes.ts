import type { HeapLocation } from '../../model/heap-growth.ts';
import type { Owner } from '../../model/holder.ts';
import type { HeapGraph } from '../heap-graph.ts';
import type { ModuleExport } from '../module-exports.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { type SourceLocations, scriptOf, target, textOf } from './source-locations.ts';

export interface Scope {
  readonly owner: Owner;
  /** Not Node's own code. */
  readonly isUserCode: boolean;
  /** The function that owns the variables; where it is gone, one that can see them. */
  readonly location: HeapLocation | null;
}

/** Whose variables a context holds. */
export class Scopes {
  private readonly graph: HeapGraph;
  private readonly locations: SourceLocations;
  private readonly known = new Map<number, Scope | null>();
  private readonly exported: ReadonlyMap<number, ModuleExport>;

  constructor(graph: HeapGraph, locations: SourceLocations, exported: ReadonlyMap<number, ModuleExport>) {
    this.exported = exported;
    this.graph = graph;
    this.locations = locations;
  }

  /** Null when the node is no context, or nothing tells where it belongs. */
  ofContext(node: number): Scope | null {
    if (!isContext(this.graph, node)) return null;
    let scope = this.known.get(node);
    if (scope === undefined) {
      scope = this.find(node);
      this.known.set(node, scope);
    }
    return scope;
  }

  /**
   * The module that a node stands for: the cell of a variable that an ES module exports (then `variable` names it), or
   * the object that Node keeps for a CommonJS module. Null for any other node.
   */
  ofModule(node: number): (Scope & { readonly variable: string | null }) | null {
    const exported = this.exported.get(node);
    if (exported) return { ...moduleScope(exported.url), variable: exported.name };
    const file = commonJsFile(this.graph, node);
    return file === null ? null : { ...moduleScope(file), variable: null };
  }

  private find(context: number): Scope | null {
    const owner = this.ownerOf(context);
    const insiders = this.closuresIn(context);
    const witness = owner.closure >= 0 ? owner.closure : (insiders[0] ?? -1);
    if (witness < 0) return null;
    const url = scriptOf(this.graph, witness);
    if (url === null) return null;
    const file = baseName(url);
    const located = insiders
      .map((closure) => this.locations.locate(closure))
      .filter((location) => location !== null)
      .sort((a, b) => a.line0 - b.line0 || a.column0 - b.column0);
    const own = owner.closure >= 0 ? this.locations.locate(owner.closure) : null;
    return {
      owner: this.ownerOfScope(context, owner.name, insiders, file),
      isUserCode: isUserScript(url),
      location: own ?? located.find((location) => location.functionName !== '') ?? located[0] ?? null,
    };
  }

  /** V8 forgets the code of functions that ran long ago; then the functions inside tell where we are. */
  private ownerOfScope(context: number, name: string, insiders: readonly number[], file: string): Owner {
    if (name !== '') return { kind: 'function', name, file };
    const outer = target(this.graph, context, EDGE.internal, 'previous');
    if (outer < 0 || !isContext(this.graph, outer)) return { kind: 'module', file };
    const names = insiders.map((closure) => this.graph.strings.get(this.graph.nodeName[closure]!));
    return { kind: 'forgotten-function', inner: names.find((text) => text !== '') ?? null, file };
  }

  /** The function whose scope the context is: both name the same ScopeInfo. */
  private ownerOf(context: number): { name: string; closure: number } {
    const { graph } = this;
    const scopeInfo = target(graph, context, EDGE.internal, 'scope_info');
    if (scopeInfo < 0) return { name: '', closure: -1 };
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.nodeType[node] !== NODE.code) continue;
      if (target(graph, node, EDGE.internal, 'name_or_scope_info') !== scopeInfo) continue;
      const name = graph.strings.get(graph.nodeName[node]!);
      return { name: name.startsWith('(') ? '' : name, closure: this.closureOf(node) };
    }
    return { name: '', closure: -1 };
  }

  private closureOf(shared: number): number {
    const { graph } = this;
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.nodeType[node] === NODE.closure && target(graph, node, EDGE.internal, 'shared') === shared) return node;
    }
    return -1;
  }

  /** Closures made in this context, or in a block of it. */
  private closuresIn(context: number): number[] {
    const { graph } = this;
    const direct: number[] = [];
    const inner: number[] = [];
    for (let node = 0; node < graph.nodeCount && direct.length < 64; node++) {
      if (graph.nodeType[node] !== NODE.closure) continue;
      const own = target(graph, node, EDGE.internal, 'context');
      if (own === context) direct.push(node);
      else if (inner.length < 64 && own >= 0 && target(graph, own, EDGE.internal, 'previous') === context)
        inner.push(node);
    }
    return direct.length > 0 ? direct : inner;
  }
}

function moduleScope(url: string): Scope {
  return {
    owner: { kind: 'module', file: url === '' ? null : baseName(url) },
    isUserCode: url === '' || isUserScript(url),
    // No line of it is known, only that it stands in that file.
    location: url === '' ? null : { scriptUrl: url, line0: -1, column0: -1, functionName: '' },
  };
}

function commonJsFile(graph: HeapGraph, node: number): string | null {
  if (graph.nodeType[node] !== NODE.object || !graph.strings.is(graph.nodeName[node]!, 'Module')) return null;
  const name = target(graph, node, EDGE.property, 'filename');
  return name < 0 || target(graph, node, EDGE.property, 'exports') < 0 ? null : textOf(graph, name) || null;
}

export function isContext(graph: HeapGraph, node: number): boolean {
  const type = graph.nodeType[node]!;
  return (type === NODE.object || type === NODE.hidden) && graph.strings.is(graph.nodeName[node]!, 'system / Context');
}

/** Node's own scripts are named `node:…`; what has no path was made by `eval` or the inspector. */
export function isUserScript(url: string): boolean {
  return url.startsWith('file:') || url.startsWith('/') || /^[A-Za-z]:[\\/]/.test(url);
}

function baseName(url: string): string {
  return url.split(/[\\/]/).at(-1) ?? url;
}
