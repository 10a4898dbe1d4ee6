import type { HeapLocation } from '../../model/heap-growth.ts';
import {
  type OriginalScope,
  type OriginalVariable,
  type ReadNames,
  readNames,
  type ScriptNames,
  type ScriptPosition,
} from '../../model/original-names.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import type { SourceLocations } from './source-locations.ts';

/** Of a minifier, most likely: no class that a person named is called so. */
/** Nobody writes lines as long by hand: a bundle of the program without a map. */
const FAR_RIGHT = 200;
const MINIFIED = /^#?[\w$]{1,2}$/;

/** What the things of a snapshot were called before the program was minified. */
export class Originals {
  readonly #graph: HeapGraph;
  readonly #locations: SourceLocations;
  readonly #scripts: ReadonlyMap<string, ScriptNames>;
  readonly #read = new Map<string, ReadNames | null>();

  constructor(graph: HeapGraph, locations: SourceLocations, scripts: readonly ScriptNames[]) {
    this.#graph = graph;
    this.#locations = locations;
    this.#scripts = new Map(scripts.map((script) => [script.url, script]));
  }

  /** Of a function its name, of an object that of its class; null if it was not renamed or nobody knows. */
  nameOf(node: number): string | null {
    const location = this.#scripts.size === 0 ? null : this.#locate(node);
    const functions = location && this.#names(location.scriptUrl)?.functions;
    if (!location || !functions) return null;
    const inHead = functions.findLast(({ start, end }) => isWithin(location, start, end));
    // V8 names a class by its constructor and a method with its class: `Store.close`.
    return inHead && (inHead.minified === '' || inHead.minified === location.functionName.split('.').at(-1))
      ? inHead.name
      : null;
  }

  /** `#e` of an object: it is private to its class, or to one above that. */
  privateName(node: number, name: string): string {
    const location = this.#locate(node);
    const scopes = (location && this.#names(location.scriptUrl)?.scopes.filter(({ isClass }) => isClass)) ?? [];
    if (!location || scopes.length === 0) return name;
    const own = scopes.findLast((scope) => isWithin(location, scope.start, scope.end) && variableOf(scope, name));
    const found = own ? [own] : scopes.filter((scope) => variableOf(scope, name));
    const names = new Set(found.map((scope) => variableOf(scope, name)?.name ?? name));
    return names.size === 1 ? [...names][0]! : name;
  }

  exported(url: string, name: string): OriginalVariable | null {
    return this.#names(url)?.exports.get(name) ?? null;
  }

  /**
   * The scope that `context` is of. `owner`: the function whose variables it holds, -1 if that is gone; `insiders`:
   * functions made in it.
   */
  scopeOf(context: number, owner: number, insiders: readonly number[]): OriginalScope | null {
    return (owner < 0 ? null : this.#ownScope(context, owner)) ?? this.#scopeAround(context, insiders);
  }

  /**
   * The scope of a function begins behind the `(` that is its place; parameters that are not plain names have one of their
   * own.
   */
  #ownScope(context: number, owner: number): OriginalScope | null {
    const location = this.#locate(owner);
    const scopes = (location && this.#names(location.scriptUrl)?.scopes) ?? [];
    if (!location || scopes.length === 0) return null;
    const names = this.#variablesOf(context);
    const behind = { line0: location.line0, column0: location.column0 + 1 };
    const own = scopes.find(({ start, isClass }) => !isClass && isSame(start, behind));
    if (!own) return null;
    return holdsAll(own, names) ? own : (this.#bodyOf(scopes, own, names) ?? null);
  }

  #bodyOf(scopes: readonly OriginalScope[], own: OriginalScope, names: readonly string[]): OriginalScope | undefined {
    return scopes.find((scope) => isSame(scope.end, own.end) && scope !== own && holdsAll(scope, names));
  }

  /**
   * Contexts from a function outwards are of the scopes around it, one for one, but for those of which we know no variable.
   */
  #scopeAround(context: number, insiders: readonly number[]): OriginalScope | null {
    for (const insider of insiders) {
      const location = this.#locate(insider);
      const scopes = location && this.#names(location.scriptUrl)?.scopes;
      if (!location || !scopes) continue;
      const around = scopes.filter(({ start, end }) => isWithin(location, start, end)).reverse();
      const found = this.#followOutwards(context, insider, around);
      if (found) return found;
    }
    return null;
  }

  #followOutwards(context: number, insider: number, around: readonly OriginalScope[]): OriginalScope | null {
    let next = 0;
    for (let at = this.#internal(insider, 'context'); at >= 0; at = this.#internal(at, 'previous')) {
      const names = this.#variablesOf(at);
      const place =
        names.length === 0 ? -1 : around.findIndex((scope, index) => index >= next && holdsAll(scope, names));
      if (at === context) return around[place] ?? null;
      if (place >= 0) next = place + 1;
    }
    return null;
  }

  /** Those that hold an object. */
  #variablesOf(context: number): string[] {
    const { firstEdge, edgeType, edgeName, strings } = this.#graph;
    const names: string[] = [];
    for (let edge = firstEdge[context]!; edge < firstEdge[context + 1]!; edge++) {
      if (edgeType[edge] !== EDGE.context) continue;
      const name = strings.get(edgeName[edge]!);
      if (!OF_ENGINE.test(name)) names.push(name);
    }
    return names;
  }

  /**
   * Of a class or function with a name that a minifier gave, in a package of which there is no map: package, file and
   * line, as `quick-lru@7.0.0/dist/index.js:1`. Of a bundle of the program without a map: file, line and column.
   */
  placeInPackage(node: number, name: string): string | null {
    if (!MINIFIED.test(name)) return null;
    const location = this.#locate(node);
    return location && this.#placeOf(location);
  }

  #placeOf({ scriptUrl, line0, column0 }: HeapLocation): string | null {
    const inside = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(scriptUrl);
    if (!inside) {
      const isBundle = column0 >= FAR_RIGHT && (this.#scripts.get(scriptUrl)?.names ?? null) === null;
      return isBundle ? `${scriptUrl.split('/').slice(-2).join('/')}:${line0 + 1}:${column0 + 1}` : null;
    }
    const [, name, file] = inside;
    const version = this.#scripts.get(scriptUrl)?.packageVersion ?? null;
    return `${name}${version === null ? '' : `@${version}`}/${file}${line0 < 0 ? '' : `:${line0 + 1}`}`;
  }

  /** The place of a scope in a package where its function, or the variable that is meant, has a name that says nothing. */
  placeOfScope(location: HeapLocation | null, ...names: readonly (string | null)[]): string | null {
    const isUnnamed = names.some((name) => name !== null && MINIFIED.test(name));
    return location && isUnnamed ? this.#placeOf(location) : null;
  }

  #locate(node: number): ReturnType<SourceLocations['locate']> {
    const type = this.#graph.nodeType[node];
    return type === NODE.object || type === NODE.closure ? this.#locations.locate(node) : null;
  }

  #internal(node: number, name: string): number {
    const { firstEdge, edgeType, edgeName, edgeTo, strings } = this.#graph;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++)
      if (edgeType[edge] === EDGE.internal && strings.is(edgeName[edge]!, name)) return edgeTo[edge]!;
    return -1;
  }

  #names(url: string): ReadNames | null {
    let names = this.#read.get(url);
    if (names === undefined) {
      names = readNames(this.#scripts.get(url)?.names ?? null);
      this.#read.set(url, names);
    }
    return names;
  }
}

/** What V8 keeps among the variables of a function. */
const OF_ENGINE = /^(?:\.|this$|arguments$|new\.target$|exports$|require$|module$|__filename$|__dirname$|<)/;

function holdsAll(scope: OriginalScope, names: readonly string[]): boolean {
  return names.every((name) => variableOf(scope, name) !== undefined);
}

export function variableOf({ variables }: OriginalScope, name: string): OriginalVariable | undefined {
  return variables.find(({ minified }) => minified === name);
}

function isWithin(at: ScriptPosition, start: ScriptPosition, end: ScriptPosition): boolean {
  return !isBefore(at, start) && isBefore(at, end);
}

function isBefore(a: ScriptPosition, b: ScriptPosition): boolean {
  return a.line0 < b.line0 || (a.line0 === b.line0 && a.column0 < b.column0);
}

function isSame(a: ScriptPosition, b: ScriptPosition): boolean {
  return a.line0 === b.line0 && a.column0 === b.column0;
}
