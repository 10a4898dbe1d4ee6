import type { HeapGraph } from './heap-graph.ts';
import { EDGE, NODE } from './snapshot-layout.ts';

/** A plain object with more properties is treated as a dictionary: its keys are data (addresses, ids). */
const MOST_PROPERTIES = 24;
const SHORTEST = 6;
/** An address, a card or telephone number, an id: never the name of a property in source code. */
const DATA =
  /[\w.+-]@[\w-]+\.[a-z]|\d{7,}|[\da-f]{8}(?:-[\da-f]{4}){3}-|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|^[a-z][a-z\d+.-]*:\/\//i;
const HEX = /^(?=[a-f\d]*\d)(?=[a-f\d]*[a-f])[a-f\d]{12,}$/i;
const SHORTEST_RANDOM = 16;
/** Digits in so many places of one word: `9xT1bV7m`, not `base64ToUtf8`. */
const LEAST_DIGIT_GROUPS = 3;

/** Whether the name of a property can only be data, by its form: one such key makes all keys of the object data. */
export function isDataKey(name: string): boolean {
  if (name.length < SHORTEST || !/[\d@:]/.test(name)) return false;
  return DATA.test(name) || name.split(/[^A-Za-z\d]/).some(isRandom);
}

function isRandom(part: string): boolean {
  if (HEX.test(part)) return true;
  return part.length >= SHORTEST_RANDOM && (part.match(/\d+/g)?.length ?? 0) >= LEAST_DIGIT_GROUPS;
}

/** Whether the keys of the object are data. `isData` caches answers by the number of the name. */
export function isDictionaryAt(
  { nodeType, nodeName, firstEdge, edgeType, edgeName, strings }: HeapGraph,
  node: number,
  isData: (name: number) => boolean = (name) => isDataKey(strings.get(name)),
): boolean {
  if (nodeType[node] !== NODE.object || !strings.is(nodeName[node]!, 'Object')) return false;
  let properties = 0;
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] !== EDGE.property) continue;
    properties++;
    if (properties > MOST_PROPERTIES || isData(edgeName[edge]!)) return true;
  }
  return false;
}

/** The same for all objects of a graph, which share their names. */
export function createDictionaryTest(graph: HeapGraph): (node: number) => boolean {
  const { strings } = graph;
  /** 0 not asked yet, 1 no, 2 yes. */
  const known = new Uint8Array(strings.count);
  const isData = (name: number): boolean => {
    if (known[name] === 0) known[name] = isDataKey(strings.get(name)) ? 2 : 1;
    return known[name] === 2;
  };
  return (node) => isDictionaryAt(graph, node, isData);
}
