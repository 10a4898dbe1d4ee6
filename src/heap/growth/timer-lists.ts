import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { target } from '../words/source-locations.ts';

/** Marks of nodes; 0 is anything else. */
export const TIMER = 1;
const LIST = 2;

/**
 * Which nodes are timers that wait in one of Node's lists (one a duration, a circle by `_idleNext`), and which the lists.
 * What keeps such a timer is its list, also where an object of the program knows it as well: else those that nobody
 * clears would stand, as the circle goes, now behind their list and now behind the timer of a request that is under way.
 * Null where there are none.
 */
export function waitingTimers(graph: HeapGraph): Uint8Array | null {
  const { nodeCount, nodeType, nodeName, strings } = graph;
  const listName = strings.indexOf('TimersList');
  if (listName < 0) return null;
  const isWaiting = new Uint8Array(nodeCount);
  const next = (node: number): number => target(graph, node, EDGE.property, '_idleNext');
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.object || nodeName[node] !== listName || isWaiting[node] === 1) continue;
    isWaiting[node] = LIST;
    for (let at = next(node); at >= 0 && isWaiting[at] === 0; at = next(at)) isWaiting[at] = TIMER;
  }
  return isWaiting;
}
