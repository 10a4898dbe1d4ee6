import type { HeapLocation } from '../../model/heap-growth.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { EDGE } from '../snapshot-layout.ts';
import { type NodePath, variableAfter } from './path-words.ts';
import { isContext, isUserScript, type Scopes } from './scopes.ts';
import type { SourceLocations } from './source-locations.ts';

/** The function or module that owns the nearest variable upwards, or the class of the nearest instance: whichever comes first and is not Node's own. */
export function holderLocation(
  graph: HeapGraph,
  path: NodePath,
  holder: number,
  scopes: Scopes,
  locations: SourceLocations,
): HeapLocation | null {
  for (let at = holder; at > 0; at--) {
    const node = path.nodes[at]!;
    const declared = variableAfter(graph, path, at);
    const inSource = declared === null ? null : scopes.variableLocation(node, declared);
    if (inSource && isUserScript(inSource.scriptUrl)) return inSource;
    const scope = scopes.ofModule(node) ?? scopes.ofContext(node);
    const location = scope?.location ?? locations.locate(node);
    if (!location || !isUserScript(location.scriptUrl)) continue;
    // The place is that of the variable already.
    const isPlaced = location.line0 >= 0 && scopes.ofModule(node) !== null;
    const variable = scope?.owner.kind === 'module' && !isPlaced ? variableBelow(graph, path, at, scopes) : null;
    return variable === null ? location : { ...location, variable };
  }
  return null;
}

/** The variable of a module by which the path goes on. */
function variableBelow(graph: HeapGraph, path: NodePath, module: number, scopes: Scopes): string | null {
  const exported = scopes.ofModule(path.nodes[module]!)?.variable ?? null;
  if (exported !== null) return exported;
  const next = path.edges[module + 1];
  if (next === undefined) return null;
  const name = nameOf(graph, next, isContext(graph, path.nodes[module]!) ? EDGE.context : EDGE.property);
  const after = path.edges[module + 2];
  return name === 'exports' && after !== undefined ? nameOf(graph, after, EDGE.property) : name;
}

function nameOf({ edgeType, edgeName, strings }: HeapGraph, edge: number, type: number): string | null {
  return edgeType[edge] === type ? strings.get(edgeName[edge]!) : null;
}
