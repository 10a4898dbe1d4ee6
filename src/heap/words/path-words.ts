import type { PathStep } from '../../model/heap-growth.ts';
import { isDictionaryAt } from '../data-keys.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE, NODE } from '../snapshot-layout.ts';
import { entryRole } from './map-entries.ts';
import type { Scopes } from './scopes.ts';

/** A path as found in the graph: nodes from the root down, and the edge by which each was reached (-1 for the root). */
export interface NodePath {
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

/** Programs are wired in fewer steps than that; further down a chain begins. */
const MOST_WIRING = 40;

/**
 * A path for people: parts of containers are stepped over, repeats collapsed, and it starts at the module or function whose
 * variable holds it all.
 */
export function pathWords(graph: HeapGraph, path: NodePath, scopes: Scopes, holder: number = MOST_WIRING): PathStep[] {
  const start = startOf(graph, path, scopes, Math.min(holder, path.nodes.length - 2));
  const steps: PathStep[] = [rootStep(graph, path, start, scopes)];
  for (let at = start + 1; at < path.nodes.length; at++) {
    const node = path.nodes[at]!;
    const isLast = at === path.nodes.length - 1;
    if (!isLast && isPart(graph, node)) continue;
    const variable = scopes.ofModule(path.nodes[at - 1]!)?.variable ?? null;
    const edge = variable === null ? edgeWords(graph, path, at, scopes) : `exported variable \`${variable}\``;
    steps.push({ edge, node: scopes.words(node), repeat: 1, id: graph.nodeId[node]! });
  }
  return collapse(steps);
}

/** Backing stores of containers, which no program sees. */
export function isPart(graph: HeapGraph, node: number): boolean {
  const type = graph.nodeType[node]!;
  if (type === NODE.array) return true;
  if (type !== NODE.hidden) return false;
  return /^system \/ (PropertyArray|FixedArray|OrderedHash|EphemeronHashTable)/.test(
    graph.strings.get(graph.nodeName[node]!),
  );
}

/** How the step before holds this one, as text. */
function edgeWords(graph: HeapGraph, path: NodePath, at: number, scopes: Scopes): string {
  const { edgeType, edgeName, nodeName, strings } = graph;
  const edge = path.edges[at]!;
  const above = path.nodes[at - 1]!;
  const name = strings.get(edgeName[edge]!);
  switch (edgeType[edge]) {
    case EDGE.context:
      return `context variable \`${scopes.variableName(above, name)}\``;
    case EDGE.property:
      if (isDictionaryAt(graph, above)) return 'value of <key>';
      return `property \`${name.startsWith('#') ? scopes.originals.privateName(above, name) : name}\``;
    case EDGE.element:
    case EDGE.hidden:
      return '[*]';
    case EDGE.shortcut:
      return 'global';
    default:
  }
  if (/^\d+ \/ part of key/.test(name)) return 'value in WeakMap of <key>';
  if (!/^\d+$/.test(name)) return name;
  const container = at >= 2 ? strings.get(nodeName[path.nodes[at - 2]!]!) : '';
  if (isPart(graph, above) && container === 'Map')
    return entryRole(graph, above, edge) === 'key' ? '<key>' : 'value of <key>';
  return '[*]';
}

/**
 * The last context or module of the program's own code on the path, or else of Node's: above it the path is an accident
 * of how the program is wired.
 */
function startOf(graph: HeapGraph, path: NodePath, scopes: Scopes, deepest: number): number {
  let ofNode = 0;
  for (let at = deepest; at > 0; at--) {
    if (scopes.ofModule(path.nodes[at]!)?.isUserCode) return at;
    if (graph.edgeType[path.edges[at + 1]!] !== EDGE.context) continue;
    const scope = scopes.ofContext(path.nodes[at]!);
    if (scope?.isUserCode) return at;
    // How the program came to a function of Node says nothing about what Node keeps itself.
    if (scope?.owner.kind === 'module') return at;
    if (scope && ofNode === 0) ofNode = at;
  }
  return ofNode;
}

function rootStep(graph: HeapGraph, path: NodePath, start: number, scopes: Scopes): PathStep {
  const node = path.nodes[start]!;
  const scope = start === 0 ? null : scopes.ownerOf(node, variableAfter(graph, path, start));
  return { edge: '', node: '(GC root)', ...(scope ? { scope } : {}), repeat: 1, id: graph.nodeId[node]! };
}

/** The variable of a context by which the path goes on. */
export function variableAfter({ edgeType, edgeName, strings }: HeapGraph, path: NodePath, at: number): string | null {
  const edge = path.edges[at + 1];
  return edge !== undefined && edgeType[edge] === EDGE.context ? strings.get(edgeName[edge]!) : null;
}

/** `A, B, A, B, A, B, C` becomes `A x3, B x3, C`: cycles of up to six steps. */
function collapse(steps: readonly PathStep[]): PathStep[] {
  const out: PathStep[] = [];
  for (let at = 0; at < steps.length; ) {
    const { cycle, times } = cycleAt(steps, at);
    for (let step = 0; step < cycle; step++) out.push({ ...steps[at + step]!, repeat: times });
    at += cycle * times;
  }
  return out;
}

function cycleAt(steps: readonly PathStep[], at: number): { cycle: number; times: number } {
  for (let cycle = 1; cycle <= 6; cycle++) {
    let times = 1;
    while (isSame(steps, at, at + cycle * times, cycle)) times++;
    if (times > 1) return { cycle, times };
  }
  return { cycle: 1, times: 1 };
}

function isSame(steps: readonly PathStep[], a: number, b: number, length: number): boolean {
  for (let step = 0; step < length; step++) {
    const left = steps[a + step];
    const right = steps[b + step];
    if (!left || !right || left.node !== right.node || left.edge !== right.edge) return false;
  }
  return true;
}
