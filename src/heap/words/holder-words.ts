import type { HeapLocation, HolderKind } from '../../model/heap-growth.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { boundsOf, type HolderBounds, NO_BOUNDS } from './bounds.ts';
import { keyBefore } from './map-entries.ts';
import { nodeWords } from './node-words.ts';
import { isPart, type NodePath } from './path-words.ts';
import { isContext, isUserScript, type Scopes } from './scopes.ts';
import type { SourceLocations } from './source-locations.ts';

export interface HolderWords extends HolderBounds {
  /** Ordinal of the holder: suspects of one holder are one leak. */
  readonly holderNode: number;
  readonly holder: string;
  readonly holderKind: HolderKind;
  readonly holderName: string | null;
  readonly anchorLocation: HeapLocation | null;
}

/** Says who holds: `path` leads to a leaked object, `anchor` is the index in it of the last place that does not multiply. */
export function holderWords(
  graph: HeapGraph,
  path: NodePath,
  anchor: number,
  isChain: boolean,
  scopes: Scopes,
  locations: SourceLocations,
  hasNumbers: boolean,
): HolderWords {
  const holder = visibleHolder(graph, path, anchor, isChain);
  const special = listenerWords(graph, path, holder, scopes) ?? timerWords(graph, path, anchor);
  const name = special?.name ?? knownAs(graph, path, holder, scopes);
  return {
    holderNode: path.nodes[holder]!,
    holder: special?.words ?? plainWords(graph, path, holder, scopes),
    holderKind: special?.kind ?? kindOf(graph, path, holder, anchor),
    holderName: name,
    anchorLocation: locationOf(graph, path, holder, scopes, locations),
    // Timers expire and emitters know a number of listeners that is worth a warning: no bounds.
    ...(special ? NO_BOUNDS : boundsOf(graph, path, holder, hasNumbers)),
  };
}

/** The nearest object upwards that a program can name: not a backing store, not a link of the leaked chain itself. */
function visibleHolder(graph: HeapGraph, path: NodePath, anchor: number, isChain: boolean): number {
  let at = anchor;
  while (at > 1) {
    const node = path.nodes[at]!;
    if (!isPart(graph, node) && !isInternal(graph, node) && !(isChain && isLink(graph, path, at, anchor))) break;
    at--;
  }
  return at;
}

/** Of the class of a link further down; a context also leads on by the same variable, since all contexts are of one class. */
function isLink(graph: HeapGraph, path: NodePath, at: number, anchor: number): boolean {
  const node = path.nodes[at]!;
  if (isContainer(graph, node)) return false;
  const variable = graph.edgeName[path.edges[at + 1]!];
  for (let below = anchor + 1; below < path.nodes.length; below++) {
    if (!isSameClass(graph, node, path.nodes[below]!)) continue;
    const next = path.edges[below + 1];
    if (!isContext(graph, node) || (next !== undefined && graph.edgeName[next] === variable)) return true;
  }
  return false;
}

function isSameClass(graph: HeapGraph, a: number, b: number): boolean {
  return graph.nodeType[a] === graph.nodeType[b] && graph.nodeName[a] === graph.nodeName[b];
}

const CONTAINERS = new Set(['Array', 'Object', 'Map', 'Set', 'WeakMap', 'WeakSet']);

function isContainer(graph: HeapGraph, node: number): boolean {
  return graph.nodeType[node] === NODE.object && CONTAINERS.has(className(graph, node));
}

function isInternal(graph: HeapGraph, node: number): boolean {
  const type = graph.nodeType[node]!;
  return (type === NODE.hidden || type === NODE.code || type === NODE.shape) && !isContext(graph, node);
}

function className(graph: HeapGraph, node: number): string {
  return graph.strings.get(graph.nodeName[node]!);
}

/** Property or variable by which the step before knows it; null for an element or an internal slot. */
function knownAs(graph: HeapGraph, path: NodePath, at: number, scopes: Scopes): string | null {
  const edge = path.edges[at]!;
  if (at === 0) return null;
  const variable = scopes.ofModule(path.nodes[at - 1]!)?.variable ?? null;
  if (variable !== null) return variable;
  const type = graph.edgeType[edge];
  if (isContext(graph, path.nodes[at]!)) {
    // A context is known by the variable that leads on from it.
    const next = path.edges[at + 1];
    return next !== undefined && graph.edgeType[next] === EDGE.context ? edgeName(graph, next) : null;
  }
  return type === EDGE.property || type === EDGE.context ? edgeName(graph, edge) : null;
}

/** An instance has a name of its own by a variable, unless that says no more than its class; by a property it is one of many as likely. */
function isVariable(graph: HeapGraph, path: NodePath, at: number, scopes: Scopes): boolean {
  if (knownAs(graph, path, at, scopes)?.toLowerCase() === className(graph, path.nodes[at]!).toLowerCase()) return false;
  const isExported = (scopes.ofModule(path.nodes[at - 1]!)?.variable ?? null) !== null;
  return isExported || graph.edgeType[path.edges[at]!] === EDGE.context;
}

function edgeName(graph: HeapGraph, edge: number): string {
  return graph.strings.get(graph.edgeName[edge]!);
}

/** ``Map `pending` of PendingAudits``, ``context variable `head` of module list.js``. */
function plainWords(graph: HeapGraph, path: NodePath, at: number, scopes: Scopes): string {
  const node = path.nodes[at]!;
  const name = knownAs(graph, path, at, scopes);
  if (isContext(graph, node)) {
    const scope = scopes.ofContext(node);
    const variable = name === null ? 'context' : `context variable \`${name}\``;
    return scope ? `${variable} of ${scope.words}` : variable;
  }
  const what = nodeWords(graph, node);
  const named = name === null ? what : `${what} \`${name}\``;
  const owner = ownerWords(graph, path, at - 1, scopes, 0);
  return owner === '' ? named : `${named} of ${owner}`;
}

/** Whose the holder is: the next named thing upwards. */
function ownerWords(graph: HeapGraph, path: NodePath, at: number, scopes: Scopes, depth: number): string {
  if (at <= 0 || depth > 8) return '';
  const node = path.nodes[at]!;
  const scope = scopes.ofModule(node) ?? scopes.ofContext(node);
  if (scope) return scope.words;
  const type = graph.nodeType[node]!;
  if (type === NODE.closure) {
    const name = className(graph, node);
    if (name !== '' && graph.edgeType[path.edges[at + 1]!] === EDGE.property) return `class ${name}`;
    return ownerWords(graph, path, at - 1, scopes, depth + 1);
  }
  if (type === NODE.object && !isContext(graph, node)) {
    const name = knownAs(graph, path, at, scopes);
    const words = nodeWords(graph, node);
    if (!CONTAINERS.has(className(graph, node)))
      return isVariable(graph, path, at, scopes) ? `${words} \`${name}\`` : words;
    if (name !== null) {
      const owner = ownerWords(graph, path, at - 1, scopes, depth + 1);
      // `exports.pending` is the module's `pending`.
      if (name === 'exports' && scopes.ofModule(path.nodes[at - 1]!)) return owner;
      return owner === '' ? `\`${name}\`` : `\`${name}\` of ${owner}`;
    }
  }
  return ownerWords(graph, path, at - 1, scopes, depth + 1);
}

interface SpecialWords {
  readonly words: string;
  readonly kind: HolderKind;
  readonly name: string | null;
}

/** Listeners of an EventEmitter hang below `_events.<name>`, those of an EventTarget below a Map known by a symbol. */
function listenerWords(graph: HeapGraph, path: NodePath, holder: number, scopes: Scopes): SpecialWords | null {
  for (let at = holder + 1; at > Math.max(0, holder - 4); at--) {
    const edge = path.edges[at];
    if (edge === undefined || graph.edgeType[edge] !== EDGE.property) continue;
    const name = edgeName(graph, edge);
    if (name === '_events') {
      const next = path.edges[at + 1];
      const event = next !== undefined && graph.edgeType[next] === EDGE.property ? edgeName(graph, next) : null;
      return { ...listeners(graph, path, at - 1, event, scopes), kind: 'listener' };
    }
    if (/kEvents/.test(name)) {
      return { ...listeners(graph, path, at - 1, eventOfTarget(graph, path, at), scopes), kind: 'event-target' };
    }
  }
  return null;
}

function listeners(
  graph: HeapGraph,
  path: NodePath,
  at: number,
  event: string | null,
  scopes: Scopes,
): { words: string; name: string | null } {
  const owner = plainWords(graph, path, at, scopes);
  return { words: `listeners${event === null ? '' : ` of event "${event}"`} on ${owner}`, name: event };
}

/** The name of the event is the key in the Map of an EventTarget. */
function eventOfTarget(graph: HeapGraph, path: NodePath, map: number): string | null {
  for (let at = map + 1; at < Math.min(path.nodes.length - 1, map + 3); at++) {
    if (!isPart(graph, path.nodes[at]!)) continue;
    const key = keyBefore(graph, path.nodes[at]!, path.edges[at + 1]!);
    return key >= 0 && graph.nodeType[key] === NODE.string ? className(graph, key) : null;
  }
  return null;
}

/** Node keeps timers in one list a duration: `timerListMap[30000]` is a TimersList. */
function timerWords(graph: HeapGraph, path: NodePath, anchor: number): SpecialWords | null {
  for (let at = Math.min(anchor + 1, path.nodes.length - 1); at > 0 && at > anchor - 3; at--) {
    if (className(graph, path.nodes[at]!) !== 'TimersList') continue;
    const edge = path.edges[at]!;
    const duration = graph.edgeType[edge] === EDGE.element ? graph.edgeName[edge]! : null;
    const words = duration === null ? 'timers' : `timers of ${duration.toString().replace(/\B(?=(\d{3})+$)/g, ',')} ms`;
    return { words, kind: 'timer', name: duration === null ? null : `${duration} ms` };
  }
  return null;
}

function kindOf(graph: HeapGraph, path: NodePath, holder: number, anchor: number): HolderKind {
  const below = path.nodes[anchor + 1];
  const belowName = below === undefined ? '' : className(graph, below);
  const name = className(graph, path.nodes[holder]!);
  if (belowName === 'Timeout' || belowName === 'Immediate') return 'timer';
  if (belowName === 'Listener') return 'event-target';
  if (/PromiseReaction/.test(belowName) || name === 'Promise') return 'promise';
  if (name === 'Map') return 'map';
  if (name === 'Set') return 'set';
  if (name === 'WeakMap') return 'weak-map';
  if (name === 'Array') return 'array';
  if (anchor > holder && below !== undefined && isSameClass(graph, below, path.nodes[anchor]!)) return 'linked-list';
  if (isContext(graph, path.nodes[holder]!)) return 'closure-context';
  return graph.nodeType[path.nodes[holder]!] === NODE.object ? 'object' : 'unknown';
}

/** The function or module that owns the nearest variable upwards, or the class of the nearest instance: whichever comes first and is not Node's own. */
function locationOf(
  graph: HeapGraph,
  path: NodePath,
  holder: number,
  scopes: Scopes,
  locations: SourceLocations,
): HeapLocation | null {
  for (let at = holder; at > 0; at--) {
    const node = path.nodes[at]!;
    const scope = scopes.ofModule(node) ?? scopes.ofContext(node);
    const location = scope?.location ?? locations.locate(node);
    if (!location || !isUserScript(location.scriptUrl)) continue;
    const variable = scope?.isModule ? variableBelow(graph, path, at, scopes) : null;
    return variable === null ? location : { ...location, variable };
  }
  return null;
}

/** The variable of a module by which the path goes on. */
function variableBelow(graph: HeapGraph, path: NodePath, module: number, scopes: Scopes): string | null {
  const [next, after] = [path.edges[module + 1], path.edges[module + 2]];
  if (isContext(graph, path.nodes[module]!)) return knownAs(graph, path, module, scopes);
  if (next === undefined) return null;
  const isExports = graph.edgeType[next] === EDGE.property && edgeName(graph, next) === 'exports';
  if (!isExports) return knownAs(graph, path, module + 1, scopes);
  return after !== undefined && graph.edgeType[after] === EDGE.property ? edgeName(graph, after) : null;
}
