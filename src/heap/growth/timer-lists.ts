import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';

/** A timer that waits, and the edge by which its list leads to the first of them. */
export interface WaitingTimer {
  readonly timer: number;
  readonly list: number;
  readonly edge: number;
}

/**
 * Node keeps waiting timers in a list a duration, a circle by `_idleNext`. What keeps a timer is the object of the program
 * that has it, if there is one, else its list; never its neighbour: or those that nobody clears would stand, as the
 * circle goes, now behind their list and now behind the timer of a request that is under way.
 */
export class TimerLists {
  readonly waiting: readonly WaitingTimer[];
  /** Per node: 1 for a list, and for a timer in one. */
  private readonly marks: Uint8Array | null = null;

  constructor(graph: HeapGraph) {
    const { nodeCount, nodeType, nodeName, edgeTo, strings } = graph;
    const waiting: WaitingTimer[] = [];
    this.waiting = waiting;
    const listName = strings.indexOf('TimersList');
    const next = strings.indexOf('_idleNext');
    if (listName < 0 || next < 0) return;
    const marks = new Uint8Array(nodeCount);
    this.marks = marks;
    for (let list = 0; list < nodeCount; list++) {
      if (nodeType[list] !== NODE.object || nodeName[list] !== listName || marks[list] !== 0) continue;
      marks[list] = 1;
      const first = edgeNamed(graph, list, next);
      for (let edge = first; edge >= 0 && marks[edgeTo[edge]!] === 0; edge = edgeNamed(graph, edgeTo[edge]!, next)) {
        marks[edgeTo[edge]!] = 1;
        waiting.push({ timer: edgeTo[edge]!, list, edge: first });
      }
    }
  }

  /** A list, or a timer that waits in one: an edge to another of them is a link of the circle. */
  isInCircle(node: number): boolean {
    return this.marks !== null && this.marks[node] !== 0;
  }
}

function edgeNamed({ firstEdge, edgeType, edgeName }: HeapGraph, node: number, name: number): number {
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] === EDGE.property && edgeName[edge] === name) return edge;
  }
  return -1;
}
