import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { isUserScript } from '../words/scopes.ts';
import { type SourceLocations, target } from '../words/source-locations.ts';

const CALLBACKS = [
  '_onTimeout',
  '_onImmediate',
  'callback',
  'listener',
  'fulfill_handler',
  'reject_handler',
  '_repeat',
];

/** Where the class or function is written; of a timer or listener, the function that it will call. */
export function classLocation(
  graph: HeapGraph,
  node: number,
  locations: SourceLocations,
): HeapSuspect['classLocation'] {
  const own = locations.locate(node);
  if (own && isUserScript(own.scriptUrl)) return own;
  for (const name of CALLBACKS) {
    for (const type of [EDGE.property, EDGE.internal]) {
      const callee = target(graph, node, type, name);
      const location = callee < 0 ? null : locations.locate(callee);
      if (location && isUserScript(location.scriptUrl)) return location;
    }
  }
  return firstClosure(graph, node, locations) ?? (isHandle(graph, node) ? listenerOf(graph, node, locations) : null);
}

const HANDLES = new Set([
  'TCP',
  'Pipe',
  'UDP',
  'TLSWrap',
  'Process',
  'Worker',
  'MessagePort',
  'FSEvent',
  'StatWatcher',
]);
/** From a handle to a listener it takes a few steps: owner, `_events`, the function, or the one that it is bound to. */
const LISTENER_STEPS = 4;
const MOST_ASKED = 300;

function isHandle(graph: HeapGraph, node: number): boolean {
  return graph.nodeType[node] === NODE.object && HANDLES.has(graph.strings.get(graph.nodeName[node]!));
}

/**
 * A handle belongs to Node, but the code that opened it listens to it: the nearest function of the program below the handle.
 */
function listenerOf(graph: HeapGraph, handle: number, locations: SourceLocations): HeapSuspect['classLocation'] {
  const seen = new Set([handle]);
  let ring = [handle];
  for (let step = 0; step < LISTENER_STEPS; step++) {
    const next: number[] = [];
    for (const node of ring) {
      for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
        const to = graph.edgeTo[edge]!;
        if (!isWiring(graph, edge) || seen.has(to)) continue;
        if (seen.size >= MOST_ASKED) return null;
        seen.add(to);
        if (graph.nodeType[to] === NODE.closure) {
          const location = locations.locate(to);
          if (location && isUserScript(location.scriptUrl)) return location;
        }
        if (graph.nodeType[to] === NODE.object || graph.nodeType[to] === NODE.closure) next.push(to);
      }
    }
    ring = next;
  }
  return null;
}

/** References that the program made, without prototypes and what the engine adds. */
function isWiring({ edgeType, edgeName, strings }: HeapGraph, edge: number): boolean {
  const type = edgeType[edge];
  return type === EDGE.element || (type === EDGE.property && !strings.is(edgeName[edge]!, '__proto__'));
}

/** Promise reactions and similar objects name no callee. This is the first closure of the program that they lead to. */
function firstClosure(graph: HeapGraph, node: number, locations: SourceLocations): HeapSuspect['classLocation'] {
  if (graph.nodeType[node] !== NODE.hidden && graph.nodeType[node] !== NODE.object) return null;
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    const to = graph.edgeTo[edge]!;
    if (graph.nodeType[to] !== NODE.closure || graph.edgeType[edge] === EDGE.weak) continue;
    const location = locations.locate(to);
    if (location && isUserScript(location.scriptUrl)) return location;
  }
  return null;
}
