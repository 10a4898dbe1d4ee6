import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { declaredProperties, nodeWords } from './node-words.ts';
import { numberOf } from './numbers.ts';
import type { NodePath } from './path-words.ts';
import { isContext } from './scopes.ts';

/** What indicates a bound or an expiry of a holder. */
export interface HolderBounds {
  /** Names on the holder, and on what it belongs to. */
  readonly boundHints: readonly string[];
  /** The numbers behind them, where the snapshot has the values of numbers. */
  readonly bounds: Readonly<Record<string, number>>;
  /** The object that carries each of them: the holder itself, or what it belongs to. */
  readonly boundsOn: Readonly<Record<string, string>>;
  /** Numbers of the module or function around it. */
  readonly scopeBounds: Readonly<Record<string, number>>;
}

export const NO_BOUNDS: HolderBounds = { boundHints: [], bounds: {}, boundsOn: {}, scopeBounds: {} };

const BOUND =
  /^[_#]*(max|limit(?!er)|ttl|stdttl|capacity|expir|size_?limit|bound|retention|window|keep(_?(for|last|max|ms))?$|high_?water|batch_?size|lifetime|flush|check_?period|prune)|(max|limit|ttl|capacity|window|expiry|lifetime|retention)(_?ms)?$/i;
/** Limits of other things: of requests, tries, nesting. */
const OF_OTHERS =
  /listeners|retr(y|ies)|attempt|body|payload|concurren|depth|delay|backoff|redirect|header|upload|page|keep_?alive/i;
/** Constants of a whole module are about anything: the name must be about things that are kept, or about time. */
const KEPT =
  /cache|entr(y|ies)|items?|size|count|keys|records|rows|sessions|length|history|queue|pending|ttl|expir|max_?age|window|retention/i;
const BARE = /^(max|limit|capacity)$/i;
const MOST_HINTS = 8;
/** A bundle has the constants of all its modules in one scope. */
const MOST_VARIABLES = 60;

/**
 * Where the snapshot has the values of numbers (`hasNumbers`), a name that holds nothing (undefined, a switch), zero or
 * infinity is no bound.
 */
export function boundsOf(graph: HeapGraph, path: NodePath, holder: number, hasNumbers: boolean): HolderBounds {
  const bounds = new Map<string, number | null>();
  const carriers = new Map<string, string>();
  for (let at = holder; at > 0 && at >= holder - 2; at--) {
    const node = path.nodes[at]!;
    if (isContext(graph, node)) break;
    // A plain object between keeps parts of its owner; beyond any other object begins what is somebody else's.
    if (at === holder - 2 && nodeWords(graph, path.nodes[holder - 1]!) !== 'Object') break;
    const carrier = nodeWords(graph, node);
    for (const name of namesOf(graph, node)) {
      if (!BOUND.test(name) || OF_OTHERS.test(name) || bounds.has(name)) continue;
      if (!governs(graph, path, holder, { name, carrier })) continue;
      const value = hasNumbers ? numberOf(graph, node, name) : null;
      // What the owner has beside a number may be anything of it: `limits`, another cache with a `ttl`.
      const isSomething = at === holder && holdsSomething(graph, node, name);
      const isBound = !hasNumbers || (value === null ? isSomething : isLimit(value));
      if (!isBound) continue;
      bounds.set(name, value);
      carriers.set(name, carrier);
    }
  }
  const kept = [...bounds].slice(0, MOST_HINTS);
  return {
    boundHints: kept.map(([name]) => name),
    bounds: Object.fromEntries(kept.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
    boundsOn: Object.fromEntries(kept.map(([name]) => [name, carriers.get(name) ?? ''])),
    scopeBounds: hasNumbers ? scopeBounds(graph, path, holder) : {},
  };
}

const STREAM = /stream|readable|writable|state|buffer/i;
const BUFFERED = /^(buffer|buffered|head|chunks|queue)$/i;

/**
 * Some names bound one thing and are near to others. `highWaterMark` is about what one stream buffers, never about how many
 * streams there are. `max` of Node's own free lists is about what stands in the list, never about what hangs on that.
 */
function governs(
  graph: HeapGraph,
  path: NodePath,
  holder: number,
  { name, carrier }: { readonly name: string; readonly carrier: string },
): boolean {
  if (/^[_#]*high_?water/i.test(name)) return STREAM.test(carrier) && BUFFERED.test(edgeNameTo(graph, path, holder));
  if (carrier === 'FreeList') return path.nodes.length === holder + 2;
  return true;
}

/** How the step before holds it; empty if that is no name. */
function edgeNameTo({ firstEdge, edgeName, edgeTo, edgeType, strings }: HeapGraph, path: NodePath, at: number): string {
  const owner = path.nodes[at - 1];
  if (owner === undefined) return '';
  for (let edge = firstEdge[owner]!; edge < firstEdge[owner + 1]!; edge++) {
    if (edgeTo[edge] === path.nodes[at] && edgeType[edge] === EDGE.property) return strings.get(edgeName[edge]!);
  }
  return '';
}

/** Private fields (`#max`) stand in no list of properties; their numbers have edges. */
function namesOf(graph: HeapGraph, node: number): string[] {
  const { firstEdge, edgeType, edgeName, edgeTo, nodeType, strings } = graph;
  const names = declaredProperties(graph, node);
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    const type = edgeType[edge]!;
    if (nodeType[edgeTo[edge]!] !== NODE.number || type === EDGE.element || edgeName[edge]! >= strings.count) continue;
    const name = strings.get(edgeName[edge]!);
    if (!names.includes(name)) names.push(name);
  }
  return names;
}

function isLimit(value: number): boolean {
  return value > 0 && value < Number.MAX_SAFE_INTEGER;
}

/** An object or string behind the name: a table of expiries is as good a sign as a number. Methods and switches are none. */
function holdsSomething(graph: HeapGraph, node: number, name: string): boolean {
  const { firstEdge, edgeType, edgeName, edgeTo, nodeType, strings } = graph;
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] !== EDGE.property || !strings.is(edgeName[edge]!, name)) continue;
    const type = nodeType[edgeTo[edge]!]!;
    return type === NODE.object || type === NODE.string;
  }
  return false;
}

/** Of the nearest scope with variables that the holder hangs on. */
function scopeBounds(graph: HeapGraph, path: NodePath, holder: number): Record<string, number> {
  let at = holder;
  while (at > 0 && !isContext(graph, path.nodes[at]!)) at--;
  if (at === 0) return {};
  const { firstEdge, edgeName, edgeTo, nodeType, strings } = graph;
  const node = path.nodes[at]!;
  if (firstEdge[node + 1]! - firstEdge[node]! > MOST_VARIABLES) return {};
  const found: Record<string, number> = {};
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (nodeType[edgeTo[edge]!] !== NODE.number) continue;
    const name = strings.get(edgeName[edge]!);
    const isAbout =
      BARE.test(name) ||
      (/max|limit|capacity|bound|ttl|expir|max_?age|window|retention/i.test(name) && KEPT.test(name));
    const value = isAbout && !OF_OTHERS.test(name) ? numberOf(graph, node, name) : null;
    if (value !== null && isLimit(value)) found[name] = value;
  }
  return found;
}
