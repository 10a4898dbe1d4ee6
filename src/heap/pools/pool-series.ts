import type { HeapLocation, PoolSeries } from '../../model/heap-growth.ts';
import type { NamedObject, Owner } from '../../model/holder.ts';
import { signatureText } from '../growth/describe-suspect.ts';
import type { SignatureTree } from '../growth/signature-tree.ts';
import { NOT_REACHED, type SpanningTree } from '../growth/spanning-tree.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { pathInTree } from '../paths/path-in-tree.ts';
import { EDGE } from '../snapshot-layout.ts';
import { namedObject } from '../words/find-holder.ts';
import { holderLocation } from '../words/holder-location.ts';
import { pathWords } from '../words/path-words.ts';
import { isUserScript, type Scopes } from '../words/scopes.ts';
import type { SourceLocations } from '../words/source-locations.ts';
import type { PoolState } from './find-pools.ts';

/** A pool of one snapshot, with its signature before settling. */
export type SignedPool = PoolState & { readonly signature: number };

export function signPools(pools: readonly PoolState[], { signatureOf }: SpanningTree): SignedPool[] {
  return pools.flatMap((pool) => {
    const signature = signatureOf[pool.node]!;
    return signature === NOT_REACHED ? [] : [{ ...pool, signature }];
  });
}

/**
 * The pools of the last snapshot, each followed back through the others by its place. Several at one place (a pool a tenant)
 * add up.
 */
export function poolSeries(
  snapshots: readonly (readonly SignedPool[])[],
  context: {
    readonly graph: HeapGraph;
    readonly spanning: SpanningTree;
    readonly tree: SignatureTree;
    readonly settled: Uint32Array;
    readonly scopes: Scopes;
    readonly locations: SourceLocations;
  },
): PoolSeries[] {
  const { graph, spanning, tree, settled, scopes, locations } = context;
  const placeOf = ({ signature }: SignedPool): number => settled[signature]!;
  const places = new Map((snapshots.at(-1) ?? []).map((pool) => [placeOf(pool), pool]));
  return [...places].map(([place, { node, max }]) => {
    const here = snapshots.map((pools) => pools.filter((pool) => placeOf(pool) === place));
    const path = pathInTree(graph, spanning, node);
    const last = path.nodes.length - 1;
    const keeper = ownKeeper(graph, node, scopes, locations);
    return {
      class: scopes.words(node),
      holder: keeper?.holder ?? namedObject({ graph, path, scopes }, last),
      path: pathWords(graph, path, scopes, last),
      signature: signatureText({ tree }, place),
      anchorLocation: keeper?.anchorLocation ?? holderLocation(graph, path, last, scopes, locations),
      inUse: here.map((pools) => sumOf(pools, 'inUse')),
      total: here.map((pools) => sumOf(pools, 'total')),
      waiting: here.map((pools) => sumOf(pools, 'waiting')),
      max,
    };
  });
}

/**
 * Who of the program's own code keeps the pool, and where that is written: the variable of a module or function, or the
 * property of an instance. The shortest path leads as often through a callback of the package. Null if there is none.
 */
function ownKeeper(
  graph: HeapGraph,
  pool: number,
  scopes: Scopes,
  locations: SourceLocations,
): { readonly holder: NamedObject; readonly anchorLocation: HeapLocation } | null {
  const { nodeCount, firstEdge, edgeType, edgeName, edgeTo, strings } = graph;
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const type = edgeType[edge];
      if (edgeTo[edge] !== pool || (type !== EDGE.context && type !== EDGE.property)) continue;
      const scope = scopes.ofContext(node);
      const location = scope?.location ?? locations.locate(node);
      if (!location || !isUserScript(location.scriptUrl) || location.scriptUrl.includes('/node_modules/')) continue;
      const owner: Owner = scope?.owner ?? { kind: 'instance', class: scopes.words(node), knownBy: null };
      const how = type === EDGE.context ? 'variable' : 'property';
      const knownBy = { how, name: strings.get(edgeName[edge]!) } as const;
      return { holder: { class: scopes.words(pool), knownBy, owner }, anchorLocation: location };
    }
  }
  return null;
}

function sumOf(pools: readonly SignedPool[], field: 'inUse' | 'total' | 'waiting'): number | null {
  const known = pools.flatMap((pool) => pool[field] ?? []);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
