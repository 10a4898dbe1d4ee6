import type { HeapLocation } from '../../model/heap-growth.ts';
import type { Owner } from '../../model/holder.ts';
import type { OriginalScope, ScriptNames } from '../../model/original-names.ts';
import type { HeapGraph } from '../heap-graph.ts';
import type { ModuleExport } from '../module-exports.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { nodeWords } from './node-words.ts';
import { Originals, variableOf } from './originals.ts';
import { type SourceLocations, scriptOf, target, textOf } from './source-locations.ts';

const PACKAGES = '/node_modules/';

export interface Scope {
  readonly owner: Owner;
  /** Not Node's own code. */
  readonly isUserCode: boolean;
  /** The function that owns the variables; where it is gone, one that can see them. */
  readonly location: HeapLocation | null;
  /** As the source has it, where the script was minified. */
  readonly original: OriginalScope | null;
}

/** Whose variables a context holds. */
export class Scopes {
  private readonly graph: HeapGraph;
  private readonly locations: SourceLocations;
  private readonly known = new Map<number, Scope | null>();
  private readonly exported: ReadonlyMap<number, ModuleExport>;

  readonly originals: Originals;

  constructor(
    graph: HeapGraph,
    locations: SourceLocations,
    exported: ReadonlyMap<number, ModuleExport>,
    scripts: readonly ScriptNames[] = [],
  ) {
    this.exported = exported;
    this.originals = new Originals(graph, locations, scripts);
    this.graph = graph;
    this.locations = locations;
  }

  /** What an object is, by the names of the source. */
  words(node: number): string {
    return nodeWords(this.graph, node, this.originals);
  }

  /** An object of a class that a package has. */
  isOfPackage(node: number): boolean {
    return this.locations.locate(node)?.scriptUrl.includes(PACKAGES) ?? false;
  }

  /** The context or module is of the program's own code. */
  isOfProgram(node: number): boolean {
    const scope = this.ofModule(node) ?? this.ofContext(node);
    return scope !== null && scope.isUserCode && !(scope.location?.scriptUrl.includes(PACKAGES) ?? true);
  }

  /** Whose the variable of a context or module is; null when `node` is none. */
  ownerOf(node: number, variable: string | null): Owner | null {
    const module = this.ofModule(node);
    if (module) return module.owner;
    const scope = this.ofContext(node);
    if (!scope?.original) return scope && this.withPlace(scope, variable);
    return ownerInSource(scope.owner, scope.original, variable);
  }

  /** In a minified package without a map, package and line say more than a letter. */
  private withPlace({ owner, location }: Scope, variable: string | null): Owner {
    const place = this.originals.placeOfScope(location, variable, owner.kind === 'function' ? owner.name : null);
    return place !== null && 'file' in owner ? { ...owner, file: place } : owner;
  }

  /** The name that the source has for a variable of a context. */
  variableName(context: number, variable: string): string {
    const original = this.ofContext(context)?.original;
    return (original && variableOf(original, variable)?.name) ?? variable;
  }

  /** Where the source declares it: a bundle has the variables of many modules in one scope. */
  variableLocation(context: number, variable: string): HeapLocation | null {
    const scope = this.ofContext(context);
    const at = scope?.original?.isModule ? variableOf(scope.original, variable)?.at : undefined;
    return at && scope?.location ? { scriptUrl: scope.location.scriptUrl, ...at, functionName: '' } : null;
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
    if (exported) return this.exportingModule(exported);
    const file = commonJsFile(this.graph, node);
    return file === null ? null : { ...moduleScope(file), variable: null };
  }

  private exportingModule({ url, name }: ModuleExport): Scope & { readonly variable: string } {
    const original = this.originals.exported(url, name);
    if (!original) return { ...moduleScope(url), variable: name };
    const file = original.source === null ? baseName(url) : baseName(original.source);
    return {
      ...moduleScope(url),
      owner: { kind: 'module', file },
      location: { scriptUrl: url, ...original.at, functionName: '' },
      variable: original.name ?? name,
    };
  }

  private find(context: number): Scope | null {
    const owner = this.functionOf(context);
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
    const original = this.originals.scopeOf(context, owner.closure, insiders);
    return {
      owner: this.ownerOfScope(context, owner.name, insiders, file),
      isUserCode: isUserScript(url),
      original,
      location: own ?? located.find((location) => location.functionName !== '') ?? located[0] ?? null,
    };
  }

  /** V8 forgets the code of functions that ran long ago; then the functions inside tell where we are. */
  private ownerOfScope(context: number, name: string, insiders: readonly number[], file: string): Owner {
    if (name !== '') return { kind: 'function', name, file };
    const outer = target(this.graph, context, EDGE.internal, 'previous');
    if (outer < 0 || !isContext(this.graph, outer)) return { kind: 'module', file };
    const names = insiders.map(
      (closure) => this.originals.nameOf(closure) ?? this.graph.strings.get(this.graph.nodeName[closure]!),
    );
    return { kind: 'forgotten-function', inner: names.find((text) => text !== '') ?? null, file };
  }

  /** The function whose scope the context is: both name the same ScopeInfo. */
  private functionOf(context: number): { name: string; closure: number } {
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

/** By the source that declares the variable; by that of the function where the variable is not known. */
function ownerInSource(owner: Owner, original: OriginalScope, variable: string | null): Owner {
  const { isModule, functionName } = original;
  const source = (variable === null ? null : variableOf(original, variable)?.source) ?? original.source;
  const file = source === null ? ('file' in owner ? owner.file : null) : baseName(source);
  if (isModule || file === null) return { kind: 'module', file };
  if (functionName !== null) return { kind: original.isClass ? 'class' : 'function', name: functionName, file };
  return { kind: 'forgotten-function', inner: owner.kind === 'forgotten-function' ? owner.inner : null, file };
}

function moduleScope(url: string): Scope {
  return {
    owner: { kind: 'module', file: url === '' ? null : baseName(url) },
    isUserCode: url === '' || isUserScript(url),
    // No line of it is known, only that it stands in that file.
    location: url === '' ? null : { scriptUrl: url, line0: -1, column0: -1, functionName: '' },
    original: null,
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
