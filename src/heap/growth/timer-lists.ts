import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { target } from '../words/source-locations.ts';
import type { ScriptFunctions } from './script-functions.ts';

/** A waiting timer, and the edge from its list to the first of them. */
export interface WaitingTimer {
  readonly timer: number;
  readonly list: number;
  readonly edge: number;
  /** A connection has it for itself: it ends the connection when it is idle. */
  readonly isOfNode: boolean;
}

/**
 * Node keeps waiting timers in one circular list per duration, linked by `_idleNext`. A timer is retained by the object of
 * the program that has it, if there is one, else by its list. It is never retained by its neighbour: otherwise timers that
 * are not cleared would appear now below their list, now below the timer of a request in progress.
 */
export class TimerLists {
  readonly waiting: readonly WaitingTimer[];
  /** Per node: 1 for a list, and for a timer in one. */
  private readonly marks: Uint8Array | null = null;

  constructor(graph: HeapGraph, functions: ScriptFunctions) {
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
        const timer = edgeTo[edge]!;
        marks[timer] = 1;
        waiting.push({ timer, list, edge: first, isOfNode: isOfNode(graph, functions, timer) });
      }
    }
  }

  /** A list, or a timer that waits in one: an edge to another of them is a link of the circle. */
  isInCircle(node: number): boolean {
    return this.marks !== null && this.marks[node] !== 0;
  }
}

const CONNECTION = /(Socket|Session)$/;

/**
 * What it calls is a function of Node, for a connection that leads to the timer: bound to it, or with it as its argument
 * (Node 24). Not that of a server, by which alone the program is reached where Node 18 holds its server.
 */
function isOfNode(graph: HeapGraph, functions: ScriptFunctions, timer: number): boolean {
  const callback = target(graph, timer, EDGE.property, '_onTimeout');
  if (callback < 0) return false;
  const bound = target(graph, callback, EDGE.internal, 'bound_function');
  if (!functions.isOfNode(bound < 0 ? callback : bound)) return false;
  const owner = bound < 0 ? argumentOf(graph, timer) : target(graph, callback, EDGE.internal, 'bound_this');
  return owner >= 0 && CONNECTION.test(graph.strings.get(graph.nodeName[owner]!)) && leadsTo(graph, owner, timer);
}

/** The first; -1 where there is none. */
function argumentOf(graph: HeapGraph, timer: number): number {
  const args = target(graph, timer, EDGE.property, '_timerArgs');
  const { firstEdge, edgeType, edgeTo, edgeName } = graph;
  for (let edge = args < 0 ? 0 : firstEdge[args]!, end = args < 0 ? 0 : firstEdge[args + 1]!; edge < end; edge++)
    if (edgeType[edge] === EDGE.element && edgeName[edge] === 0) return edgeTo[edge]!;
  return -1;
}

function leadsTo({ firstEdge, edgeType, edgeTo }: HeapGraph, from: number, to: number): boolean {
  for (let edge = firstEdge[from]!; edge < firstEdge[from + 1]!; edge++)
    if (edgeTo[edge] === to && edgeType[edge] === EDGE.property) return true;
  return false;
}

function edgeNamed({ firstEdge, edgeType, edgeName }: HeapGraph, node: number, name: number): number {
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] === EDGE.property && edgeName[edge] === name) return edge;
  }
  return -1;
}
