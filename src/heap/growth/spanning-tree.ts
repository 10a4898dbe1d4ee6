import type { HeapGraph } from '../heap-graph.ts';
import { findModuleExports, type ModuleExport } from '../module-exports.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import type { WeakMapEdges } from '../weak-map-edges.ts';
import { isUserScript } from '../words/scopes.ts';
import { createEdgeLabels } from './edge-labels.ts';
import { findModuleContexts, isPackage } from './module-contexts.ts';
import { createClassNumbers } from './node-classes.ts';
import { findProfilerHomes } from './profiler-home.ts';
import { ScriptFunctions } from './script-functions.ts';
import { SignatureTree } from './signature-tree.ts';
import { TimerLists } from './timer-lists.ts';

export const NOT_REACHED = 0xffffffff;

/** One retaining path for every object, and its signature. */
export interface SpanningTree {
  /** Per node; NOT_REACHED where only weak edges lead to it. */
  readonly signatureOf: Uint32Array;
  /** Per node: the edge by which it was reached. Meaningless for the root. */
  readonly parentEdge: Uint32Array;
  /** Found during the search, by the nodes of their cells. */
  readonly exported: ReadonlyMap<number, ModuleExport>;
}

/**
 * In `parentEdge` of what a module has: its context or an exported variable. It is a child of the root, since the path
 * through Node says nothing.
 */
export const OF_MODULE = 0xffffffff;

/**
 * Breadth first, so paths are short; but in waves, since the shortest path is often an accident (the stack, an inline
 * cache) that will be gone or new in the next snapshot, and then objects seem to move. First what the program's own
 * globals reach through data, then handles held by native code, then compiled code, hidden classes and caches, last the
 * stack.
 *
 * A path is one that the program's own code would name: it begins at the variables of the program's modules, and of two
 * paths the one through fewer functions of Node's own comes first. `crew` of server.js holds a worker, and so does a
 * listener that Node put on stdout for it. Then the order of edges decides, which V8 keeps.
 */
export function buildSpanningTree(graph: HeapGraph, weakMaps: WeakMapEdges, tree: SignatureTree): SpanningTree {
  const { nodeCount, nodeType, firstEdge, edgeType, edgeTo, edgeName } = graph;
  const labels = createEdgeLabels(graph, weakMaps, tree.labels);
  const classOf = createClassNumbers(graph, tree.classes);
  const waveOf = createWaves(graph);
  const exported = findModuleExports(graph);
  const functions = new ScriptFunctions(graph);
  const timers = new TimerLists(graph, functions);
  const signatureOf = new Uint32Array(nodeCount).fill(NOT_REACHED);
  const parentEdge = new Uint32Array(nodeCount);
  const queue = new Uint32Array(nodeCount);
  /** Functions of Node. They are followed after everything that is reached without them. */
  const inner: number[] = [];
  const later: number[][] = Array.from({ length: WAVES }, () => []);
  let queued = 0;
  let next = 0;

  const reach = (to: number, edge: number, parent: number, isDictionary: boolean, wave: number): void => {
    const variable = nodeType[to] === NODE.hidden ? exported.get(to) : undefined;
    signatureOf[to] = variable
      ? ofExport(tree, variable)
      : tree.child(signatureOf[parent]!, labels.labelOf(edge, isDictionary), classOf(to));
    parentEdge[to] = edge;
    const own = waveOf(to);
    if (own <= wave && functions.isOfNode(to)) inner.push(to);
    else if (own <= wave) queue[queued++] = to;
    else later[own]!.push(to);
  };

  const drain = (wave: number): void => {
    drainQueue(wave);
    while (inner.length > 0) {
      for (const node of inner.splice(0)) queue[queued++] = node;
      drainQueue(wave);
    }
  };

  const drainQueue = (wave: number): void => {
    for (; next < queued; next++) {
      const node = queue[next]!;
      const isDictionary = labels.isDictionary(node);
      const isInCircle = timers.isInCircle(node);
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const type = edgeType[edge]!;
        if (type === EDGE.weak || (type === EDGE.shortcut && node !== 0)) continue;
        const to = edgeTo[edge]!;
        if (signatureOf[to] !== NOT_REACHED || (isInCircle && timers.isInCircle(to))) continue;
        const isPair = type === EDGE.internal && weakMaps.isPairName[edgeName[edge]!] === 1;
        if (isPair && weakMaps.isFromTable(node, edge)) continue;
        reach(to, edge, node, isDictionary, wave);
      }
    }
  };

  if (nodeCount > 0) {
    signatureOf[0] = SignatureTree.root;
    for (const edge of findProfilerHomes(graph)) {
      const home = edgeTo[edge]!;
      if (signatureOf[home] !== NOT_REACHED) continue;
      signatureOf[home] = tree.child(SignatureTree.root, labels.labelOf(edge, false), classOf(home));
      parentEdge[home] = edge;
      later[0]!.push(home);
    }
    for (const { context, url } of findModuleContexts(graph, functions)) {
      signatureOf[context] = ofModule(tree, 'variables', url);
      parentEdge[context] = OF_MODULE;
      later[0]!.push(context);
    }
    for (const [cell, variable] of ofProgram(exported)) {
      signatureOf[cell] = ofExport(tree, variable);
      parentEdge[cell] = OF_MODULE;
      later[0]!.push(cell);
    }
    later[0]!.push(0);
  }
  for (let wave = 0; wave < WAVES; wave++) {
    queued = 0;
    next = 0;
    for (const node of later[wave]!) queue[queued++] = node;
    drain(wave);
    for (const { timer, list, edge, isOfNode } of timers.waiting) {
      if (signatureOf[timer] !== NOT_REACHED || signatureOf[list] === NOT_REACHED) continue;
      // Handles lead to their sockets, and these to their timers: what is open is the socket.
      if (isOfNode && wave < OF_HANDLES) continue;
      reach(timer, edge, list, false, wave);
      drain(wave);
    }
  }
  return { signatureOf, parentEdge, exported };
}

/** Exported variables of the program's modules, those of its own code before those of packages. */
function ofProgram(exported: ReadonlyMap<number, ModuleExport>): (readonly [cell: number, variable: ModuleExport])[] {
  return [...exported]
    .filter(([, { url }]) => isUserScript(url))
    .sort(([, a], [, b]) => Number(isPackage(a.url)) - Number(isPackage(b.url)));
}

/** The same place whichever importer is found first. */
function ofExport(tree: SignatureTree, { name, url }: ModuleExport): number {
  return ofModule(tree, name, url);
}

function ofModule(tree: SignatureTree, what: string, url: string): number {
  // Files of one name are many (`index.mjs`); the whole path would differ from one deployment to the next.
  const words = `${what} of module ${url.split(/[\\/]/).slice(-3).join('/')}`;
  return tree.child(SignatureTree.root, tree.labels.numberOf(''), tree.classes.numberOf(words));
}

const WAVES = 4;
const OF_HANDLES = 1;
const HANDLES = new Set([
  '(Global handles)',
  '(Eternal handles)',
  '(Traced handles)',
  'C++ Persistent roots',
  '(Extensions)',
]);
const PASSING = new Set([
  '(Stack roots)',
  '(Handle scope)',
  '(Micro tasks)',
  '(Relocatable)',
  '(Compilation cache)',
  '(Debugger)',
  '(Thread manager)',
  '(Unknown)',
]);
const CACHES =
  /^system \/ (Map|PropertyCell|Cell|Feedback|AllocationSite|WeakCell|Prototype|EnumCache|TransitionArray)/;

/** In which wave the edges of a node are followed. */
function createWaves(graph: HeapGraph): (node: number) => number {
  const { nodeType, nodeName, strings } = graph;
  const hidden = new Int8Array(strings.count + 1).fill(-1);
  return (node) => {
    const type = nodeType[node]!;
    if (type === NODE.code || type === NODE.shape) return 2;
    if (type === NODE.synthetic) return waveOfRoot(strings.get(nodeName[node]!));
    if (type !== NODE.hidden) return 0;
    const name = Math.min(nodeName[node]!, strings.count);
    let wave = hidden[name]!;
    if (wave < 0) {
      wave = CACHES.test(strings.get(name)) ? 2 : 0;
      hidden[name] = wave;
    }
    return wave;
  };
}

function waveOfRoot(name: string): number {
  if (name === '' || name === '(GC roots)') return 0;
  if (HANDLES.has(name)) return OF_HANDLES;
  return PASSING.has(name) ? 3 : 2;
}
