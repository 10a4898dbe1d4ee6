import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { isContext, isUserScript } from '../words/scopes.ts';
import { target } from '../words/source-locations.ts';
import type { ScriptFunctions } from './script-functions.ts';

/** The variables of a module of the program, by the node of their context. */
export interface ModuleContext {
  readonly context: number;
  readonly url: string;
}

const NONE = -1;
const SEVERAL = -2;

/**
 * The contexts of the program's modules, those of its own code before those of packages. A module has one; a script of
 * which there are several outermost contexts was loaded more than once, or has variables in its functions only.
 */
export function findModuleContexts(graph: HeapGraph, functions: ScriptFunctions): ModuleContext[] {
  const { nodeCount, nodeType } = graph;
  const bodies = findModuleBodies(graph);
  const outermost = new Map<number, number>();
  const byUrl = new Map<string, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.closure || bodies.has(node)) continue;
    const url = functions.urlOf(node);
    if (!isUserScript(url)) continue;
    const known = byUrl.get(url);
    if (known === SEVERAL) continue;
    const top = outermostOf(graph, node, outermost);
    // A function without any scope around it: the module has no variables that functions use.
    byUrl.set(url, top === NONE || (known !== undefined && known !== top) ? SEVERAL : top);
  }
  const found = [...byUrl].filter(([, context]) => context >= 0).map(([url, context]) => ({ context, url }));
  return found.sort((a, b) => Number(isPackage(a.url)) - Number(isPackage(b.url)) || (a.url < b.url ? -1 : 1));
}

export function isPackage(url: string): boolean {
  return url.includes('/node_modules/');
}

/** Of an ES module V8 keeps the code as a generator, whose function stands outside of the module's scope. */
function findModuleBodies(graph: HeapGraph): Set<number> {
  const { nodeCount, nodeType, nodeName, strings } = graph;
  const bodies = new Set<number>();
  const names = ['Generator', 'AsyncGenerator', 'system / JSGeneratorObject', 'system / JSAsyncFunctionObject']
    .map((name) => strings.indexOf(name))
    .filter((index) => index >= 0);
  if (names.length === 0) return bodies;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.object || !names.includes(nodeName[node]!)) continue;
    const body = target(graph, node, EDGE.internal, 'function');
    if (body >= 0) bodies.add(body);
  }
  return bodies;
}

function outermostOf(graph: HeapGraph, closure: number, known: Map<number, number>): number {
  const chain: number[] = [];
  let top = NONE;
  for (let at = target(graph, closure, EDGE.internal, 'context'); at >= 0 && isContext(graph, at); ) {
    const end = known.get(at);
    if (end !== undefined) {
      top = end;
      break;
    }
    chain.push(at);
    top = at;
    at = target(graph, at, EDGE.internal, 'previous');
  }
  for (const context of chain) known.set(context, top);
  return top;
}
