import { CLOSURE_PREFIX } from '../../model/class-name.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE, NODE_TYPE_NAMES } from '../snapshot-layout.ts';
import { target } from '../words/source-locations.ts';
import type { Names } from './names.ts';

/** Contexts are told apart by the names of their variables: `system / Context {pending, enqueue}`. */
const CONTEXT = 'system / Context';

/**
 * Gives every node its class for signatures, by number in `names`; each name is decoded once.
 * Closures are told apart by the function's name; everything made of characters is one class.
 */
export function createClassNumbers(graph: HeapGraph, names: Names): (node: number) => number {
  const { nodeType, nodeName, strings } = graph;
  const byType = NODE_TYPE_NAMES.map(() => null as Int32Array | null);
  const contextName = strings.indexOf(CONTEXT);
  const contexts = new Map<number, number>();
  const kinds = NODE_TYPE_NAMES.map((name, type) => names.numberOf(kindOf(type, name)));
  return (node) => {
    const type = nodeType[node]!;
    if (!isNamed(type)) return kinds[type]!;
    if (nodeName[node] === contextName) return contextNumber(node);
    byType[type] ??= new Int32Array(strings.count + 1);
    const known = byType[type];
    const name = Math.min(nodeName[node]!, strings.count);
    let number = known[name]!;
    if (number === 0) {
      const text = strings.get(name);
      number = names.numberOf(type === NODE.closure ? CLOSURE_PREFIX + text : text || kindOf(type, 'unnamed')) + 1;
      known[name] = number;
    }
    return number - 1;
  };

  function contextNumber(context: number): number {
    const scope = target(graph, context, EDGE.internal, 'scope_info');
    let number = contexts.get(scope);
    if (number === undefined) {
      number = names.numberOf(`${CONTEXT} {${scope < 0 ? '' : variableNames(graph, scope).join(', ')}}`);
      contexts.set(scope, number);
    }
    return number;
  }
}

const MOST_VARIABLES = 12;

function variableNames({ firstEdge, edgeTo, nodeType, nodeName, strings }: HeapGraph, scope: number): string[] {
  const names: string[] = [];
  for (let edge = firstEdge[scope]!; edge < firstEdge[scope + 1]! && names.length < MOST_VARIABLES; edge++) {
    const to = edgeTo[edge]!;
    if (nodeType[to] === NODE.string) names.push(strings.get(nodeName[to]!));
  }
  return names;
}

export function isContextClass(name: string): boolean {
  return name.startsWith(CONTEXT);
}

function isNamed(type: number): boolean {
  switch (type) {
    case NODE.hidden:
    case NODE.array:
    case NODE.object:
    case NODE.closure:
    case NODE.native:
    case NODE.synthetic:
      return true;
    default:
      return false;
  }
}

function kindOf(type: number, name: string): string {
  switch (type) {
    case NODE.consString:
    case NODE.slicedString:
      return '(string)';
    case NODE.code:
      return '(compiled code)';
    case NODE.array:
      return '(array)';
    default:
      return `(${name})`;
  }
}

/** Classes of the engine itself: compiled code, hidden classes, feedback. Contexts, which hold variables, are not among them. */
export function isEngineClass(name: string): boolean {
  if (isContextClass(name) || name === 'system / PromiseReaction') return false;
  return name.startsWith('system / ') || name.startsWith('(') || name === '';
}
