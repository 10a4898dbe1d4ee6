import type { HeapGraph } from './heap-graph.ts';
import { NODE, NODE_TYPE_NAMES } from './snapshot-layout.ts';

/** Class of every node by number: what Chrome DevTools groups constructors by, but for plain objects (see docs). */
export interface ClassTable {
  /** Per node. */
  readonly classOf: Uint32Array;
  readonly names: readonly string[];
}

/**
 * Objects and native things are called by their own name (`<div a="1">` is `<div>`), everything else by its kind:
 * `Function`, `(string)`, `(compiled code)`, `(system)`.
 */
export function buildClassTable(graph: HeapGraph, detached: Uint8Array | null = null): ClassTable {
  const { nodeCount, nodeType, nodeName, strings } = graph;
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    let number = numbers.get(name);
    if (number === undefined) {
      number = names.length;
      names.push(name);
      numbers.set(name, number);
    }
    return number;
  };
  const byType = NODE_TYPE_NAMES.map((_, type) => numberOf(kindName(type)));
  const byName = new Uint32Array(strings.count + 1);
  const classOf = new Uint32Array(new SharedArrayBuffer(nodeCount * 4));
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!;
    if (type !== NODE.object && type !== NODE.native) {
      classOf[node] = byType[type]!;
      continue;
    }
    if (detached?.[node] === 1) {
      classOf[node] = numberOf(tagName(`Detached ${strings.get(nodeName[node]!)}`));
      continue;
    }
    const name = Math.min(nodeName[node]!, strings.count);
    let number = byName[name]!;
    if (number === 0) {
      number = numberOf(tagName(strings.get(name))) + 1;
      byName[name] = number;
    }
    classOf[node] = number - 1;
  }
  return { classOf, names };
}

function kindName(type: number): string {
  switch (type) {
    case NODE.hidden:
      return '(system)';
    case NODE.code:
      return '(compiled code)';
    case NODE.closure:
      return 'Function';
    case NODE.regexp:
      return 'RegExp';
    default:
      return `(${NODE_TYPE_NAMES[type]})`;
  }
}

/** `<div id="a">` becomes `<div>`. */
function tagName(name: string): string {
  const from = name.startsWith('<') ? 0 : name.startsWith('Detached <') ? 10 : -1;
  if (from < 0) return name;
  const space = name.indexOf(' ', from);
  return space < 0 ? name : `${name.slice(0, space)}>`;
}
