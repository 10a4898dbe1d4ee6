import type { Holder, KnownBy, ListenerApi, NamedObject, Owner, PlainContainer } from '../../model/holder.ts';
import { isDictionaryAt } from '../data-keys.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { keyBefore } from './map-entries.ts';
import { isPart, type NodePath, variableAfter } from './path-words.ts';
import { isContext, type Scopes } from './scopes.ts';

export interface FoundHolder {
  readonly holder: Holder;
  /** Index in the path of the object that has the container: suspects of one are one leak. */
  readonly at: number;
}

/**
 * The one place that decides who holds what grows. `path` leads from the root to one of the objects that grow in number,
 * `anchor` is the index in it of the last object that does not, so what follows it are its members.
 *
 * What the holder is follows from the edges around that one object and from nothing further up: listeners are what the
 * list of an event holds itself, not what a listener's variables lead to.
 */
export function findHolder(
  graph: HeapGraph,
  path: NodePath,
  anchor: number,
  isChain: boolean,
  scopes: Scopes,
): FoundHolder {
  const naming = { graph, path, scopes };
  const at = visibleHolder(naming, anchor, isChain);
  const holder =
    timersOf(graph, path, at, anchor) ??
    listenersOf(naming, at) ??
    rootOf(naming, at) ??
    plainHolder(naming, at, anchor, isChain);
  return { holder, at };
}

export interface Naming {
  readonly graph: HeapGraph;
  readonly path: NodePath;
  readonly scopes: Scopes;
}

/** The nearest object upwards that a program can name: not a backing store, not a link of the leaked chain itself. */
function visibleHolder(naming: Naming, anchor: number, isChain: boolean): number {
  const { graph, path } = naming;
  let at = anchor;
  while (at > 1) {
    const node = path.nodes[at]!;
    if (!isPart(graph, node) && !isInternal(graph, node) && !(isChain && isLink(naming, at, anchor))) break;
    at--;
  }
  return at;
}

/**
 * Of the class of a link further down; a context also leads on by the same variable, since all contexts are of one class.
 */
function isLink(naming: Naming, at: number, anchor: number): boolean {
  const { graph, path } = naming;
  const node = path.nodes[at]!;
  if (isContainer(graph, node) && !isRecord(naming, node)) return false;
  const variable = graph.edgeName[path.edges[at + 1]!];
  for (let below = anchor + 1; below < path.nodes.length; below++) {
    if (!isSameClass(naming, node, path.nodes[below]!)) continue;
    const next = path.edges[below + 1];
    if (!isContext(graph, node) || (next !== undefined && graph.edgeName[next] === variable)) return true;
  }
  return false;
}

/** A plain object that is distinguished from others by its properties, as `{prev, next, data}`. */
function isRecord({ graph, scopes }: Naming, node: number): boolean {
  return className(graph, node) === 'Object' && scopes.words(node) !== 'Object';
}

function isSameClass(naming: Naming, a: number, b: number): boolean {
  const { graph, scopes } = naming;
  if (graph.nodeType[a] !== graph.nodeType[b] || graph.nodeName[a] !== graph.nodeName[b]) return false;
  return !isRecord(naming, a) || scopes.words(a) === scopes.words(b);
}

const CONTAINERS: Readonly<Record<string, PlainContainer>> = {
  Array: 'array',
  Object: 'object',
  Map: 'map',
  Set: 'set',
  WeakMap: 'weak-map',
  WeakSet: 'set',
};

function isContainer(graph: HeapGraph, node: number): boolean {
  return graph.nodeType[node] === NODE.object && Object.hasOwn(CONTAINERS, className(graph, node));
}

function isInternal(graph: HeapGraph, node: number): boolean {
  const type = graph.nodeType[node]!;
  return (type === NODE.hidden || type === NODE.code || type === NODE.shape) && !isContext(graph, node);
}

function className(graph: HeapGraph, node: number): string {
  return graph.strings.get(graph.nodeName[node]!);
}

function edgeName(graph: HeapGraph, edge: number): string {
  return graph.strings.get(graph.edgeName[edge]!);
}

/** Name of the property that leads to the step; null if it was reached otherwise. */
function propertyTo(graph: HeapGraph, path: NodePath, at: number): string | null {
  const edge = path.edges[at];
  return at > 0 && edge !== undefined && graph.edgeType[edge] === EDGE.property ? edgeName(graph, edge) : null;
}

/** `timerListMap[30000]` is a TimersList; a timer that nothing else holds is its member. */
function timersOf(graph: HeapGraph, path: NodePath, at: number, anchor: number): Holder | null {
  if (className(graph, path.nodes[at]!) === 'TimersList') {
    const edge = path.edges[at]!;
    // In the queue of lists that runs out next, the place in an array is no duration.
    const isByDuration = graph.edgeType[edge] === EDGE.element && className(graph, path.nodes[at - 1]!) !== 'Array';
    return { container: 'timers', durationMs: isByDuration ? graph.edgeName[edge]! : null };
  }
  const member = path.nodes[anchor + 1];
  return member !== undefined && className(graph, member) === 'TimersList'
    ? { container: 'timers', durationMs: null }
    : null;
}

/**
 * An EventEmitter has a list below `_events.<name>`; an EventTarget has a Map behind a symbol, from the name of the event
 * to the first of a chain of Listeners.
 */
function listenersOf(naming: Naming, at: number): Holder | null {
  const { graph, path } = naming;
  const listeners = (on: number, event: string | null, api: ListenerApi): Holder => ({
    container: 'listeners',
    event,
    api,
    on: namedObject(naming, on),
  });
  // A stream that it is piped to is a listener to its data, in a list of its own.
  if (propertyTo(graph, path, at) === 'pipes' && propertyTo(graph, path, at - 1) === '_readableState')
    return listeners(at - 2, 'data', 'event-emitter');
  if (propertyTo(graph, path, at) === '_events') return listeners(at - 1, null, 'event-emitter');
  if (propertyTo(graph, path, at - 1) === '_events' && className(graph, path.nodes[at]!) === 'Array')
    return listeners(at - 2, propertyTo(graph, path, at), 'event-emitter');
  if (isMapOfEvents(graph, path, at)) return listeners(at - 1, null, 'event-target');
  if (at > 2 && isPart(graph, path.nodes[at - 1]!) && isMapOfEvents(graph, path, at - 2))
    return listeners(at - 3, keyText(graph, path.nodes[at - 1]!, path.edges[at]!), 'event-target');
  return null;
}

function isMapOfEvents(graph: HeapGraph, path: NodePath, at: number): boolean {
  return /^<symbol kEvents>$/.test(propertyTo(graph, path, at) ?? '') && className(graph, path.nodes[at]!) !== '';
}

function keyText(graph: HeapGraph, table: number, edge: number): string | null {
  const key = keyBefore(graph, table, edge);
  return key >= 0 && graph.nodeType[key] === NODE.string ? className(graph, key) : null;
}

/** Nothing of the program holds it: V8's roots do. */
function rootOf({ graph, path, scopes }: Naming, at: number): Holder | null {
  const node = path.nodes[at]!;
  if (graph.nodeType[node] !== NODE.synthetic && at > 0) return null;
  const name = className(graph, node);
  const member = path.nodes[at + 1];
  return /handles|Persistent|GC roots|^$/.test(name) && member !== undefined
    ? { container: 'handles', class: scopes.words(member) }
    : { container: 'engine', name: name || '(GC roots)' };
}

function plainHolder(naming: Naming, at: number, anchor: number, isChain: boolean): Holder {
  const { graph, path, scopes } = naming;
  const node = path.nodes[at]!;
  // Its cells are a list, which no program sees.
  if (className(graph, node) === 'FinalizationRegistry') return { container: 'object', ...namedObject(naming, at) };
  const container = containerOf(graph, path, at);
  if (container !== 'slot' && !(isChain && container === 'object' && !isContainer(graph, node)))
    return { container, ...namedObject(naming, at) };
  // The slot is the name: its owner has it, and one object of what grows hangs on it.
  const knownBy = knownByEdge(graph, path, at + 1, scopes);
  const owner = isContext(graph, node) ? scopeOf(naming, at) : ownerAt(naming, at, 0);
  return {
    container: isChain ? 'chain' : 'slot',
    class: scopes.words(path.nodes[anchor + 1] ?? node),
    knownBy,
    owner,
  };
}

function containerOf(graph: HeapGraph, path: NodePath, at: number): PlainContainer {
  const node = path.nodes[at]!;
  if (isContext(graph, node)) return 'slot';
  const type = graph.nodeType[node];
  if (type !== NODE.object) return type === NODE.closure ? 'object' : 'unknown';
  const name = className(graph, node);
  const next = path.edges[at + 1];
  if (name === 'Promise' && next !== undefined && edgeName(graph, next) === 'reactions_or_result') return 'promise';
  return Object.hasOwn(CONTAINERS, name) ? CONTAINERS[name]! : 'object';
}

/** An object with its name and its owner. */
export function namedObject(naming: Naming, at: number): NamedObject {
  const { graph, path, scopes } = naming;
  return {
    class: scopes.words(path.nodes[at]!),
    knownBy: knownByEdge(graph, path, at, scopes),
    owner: ownerAt(naming, at - 1, 0),
  };
}

/** By what the step before knows this one; null for an element or an internal slot. */
function knownByEdge(graph: HeapGraph, path: NodePath, at: number, scopes: Scopes): KnownBy | null {
  const edge = path.edges[at];
  if (at <= 0 || edge === undefined) return null;
  const exported = scopes.ofModule(path.nodes[at - 1]!)?.variable ?? null;
  if (exported !== null) return { how: 'export', name: exported };
  const name = edgeName(graph, edge);
  switch (graph.edgeType[edge]) {
    case EDGE.context:
      return { how: 'variable', name: scopes.variableName(path.nodes[at - 1]!, name) };
    case EDGE.property:
      if (isDictionaryAt(graph, path.nodes[at - 1]!)) return { how: 'key' };
      if (name.startsWith('#'))
        return { how: 'private-field', name: scopes.originals.privateName(path.nodes[at - 1]!, name) };
      return { how: name.startsWith('<symbol') ? 'symbol' : 'property', name };
    default:
      return null;
  }
}

const DEEPEST_OWNER = 8;

/** Whose the object below the step is: the next named thing upwards. */
function ownerAt(naming: Naming, at: number, depth: number): Owner | null {
  const { graph, path, scopes } = naming;
  if (at <= 0 || depth > DEEPEST_OWNER) return null;
  const node = path.nodes[at]!;
  const scope = scopeOf(naming, at);
  if (scope) return scope;
  const above = (): Owner | null => ownerAt(naming, at - 1, depth + 1);
  const type = graph.nodeType[node]!;
  if (type === NODE.closure) {
    const name = scopes.originals.nameOf(node) ?? className(graph, node);
    if (name === '' || graph.edgeType[path.edges[at + 1]!] !== EDGE.property) return above();
    // By custom, names of classes begin with a capital letter.
    return { kind: /^[A-Z]/.test(name) ? 'class' : 'function-object', name };
  }
  if (type !== NODE.object || isContext(graph, node)) return above();
  const knownBy = knownByEdge(graph, path, at, scopes);
  if (!isContainer(graph, node)) {
    const words = scopes.words(node);
    const own = isOwnName(knownBy, words) ? knownBy : null;
    const within = own === null && scopes.isOfPackage(node) ? programOwner(naming, at) : null;
    return { kind: 'instance', class: words, knownBy: own, ...(within && { within }) };
  }
  if (knownBy === null) return above();
  // `exports.pending` is the module's `pending`.
  if (isExports(naming, at, knownBy)) return above();
  const imported = importedModule(knownBy, scopes.words(node));
  return imported ?? { kind: 'container', knownBy, owner: above() };
}

/** `bus_1`, as compilers call what \`import … from './bus'\` gives: no name of the source, but that of the module. */
function importedModule(knownBy: KnownBy, words: string): Owner | null {
  const [, file] = (knownBy.how === 'variable' && /^(\w+)_\d+$/.exec(knownBy.name)) || [];
  return file !== undefined && IS_EXPORTS.test(words) ? { kind: 'module', file } : null;
}

const IS_EXPORTS = /^Object \{__esModule\b/;

/** What a package makes for itself says little: the nearest variable upwards that is the program's own. */
function programOwner(naming: Naming, below: number): Owner | null {
  const { graph, path, scopes } = naming;
  for (let at = below; at > 0; at--) {
    const knownBy = knownByEdge(graph, path, at, scopes);
    if (knownBy?.how !== 'variable' && knownBy?.how !== 'export') continue;
    const above = path.nodes[at - 1]!;
    if (!scopes.isOfProgram(above)) continue;
    return { kind: 'container', knownBy, owner: scopeOf(naming, at - 1) };
  }
  return null;
}

/** The `exports` of a CommonJS module: of the object that Node keeps for it, or the variable that its functions use. */
function isExports({ path, scopes }: Naming, at: number, knownBy: KnownBy): boolean {
  if (knownBy.how === 'key' || knownBy.name !== 'exports') return false;
  const above = path.nodes[at - 1]!;
  return knownBy.how === 'variable' ? scopes.ownerOf(above, 'exports')?.kind === 'module' : !!scopes.ofModule(above);
}

/**
 * An instance has a name of its own by a variable, unless that says no more than its class; by a property it is one of many
 * as likely.
 */
function isOwnName(knownBy: KnownBy | null, name: string): boolean {
  if (knownBy === null || (knownBy.how !== 'variable' && knownBy.how !== 'export')) return false;
  return knownBy.name.toLowerCase() !== name.toLowerCase();
}

/** Of the module or function whose variable the path goes on by. */
function scopeOf({ graph, path, scopes }: Naming, at: number): Owner | null {
  return scopes.ownerOf(path.nodes[at]!, variableAfter(graph, path, at));
}
