import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Holder } from '../../model/holder.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { pathInTree } from '../paths/path-in-tree.ts';
import { findHolder } from '../words/find-holder.ts';
import { boundsOf, NO_BOUNDS } from '../words/holder-bounds.ts';
import { holderLocation } from '../words/holder-location.ts';
import { type NodePath, pathWords } from '../words/path-words.ts';
import type { Scopes } from '../words/scopes.ts';
import type { SourceLocations } from '../words/source-locations.ts';
import { classLocation } from './class-location.ts';
import { LABEL } from './edge-labels.ts';
import { gain, type PlaceSeries } from './find-anchors.ts';
import { isOddId } from './ids.ts';
import { requestsBetween } from './keep-suspects.ts';
import { SignatureTree } from './signature-tree.ts';
import { NOT_REACHED, type SpanningTree } from './spanning-tree.ts';
import type { SuspectSeries } from './suspect-series.ts';

export interface DescribeContext {
  readonly series: PlaceSeries;
  /** Signature in `series.tree` by the signature that the spanning tree has. */
  readonly settled: Uint32Array;
  readonly graph: HeapGraph;
  readonly spanning: SpanningTree;
  readonly locations: SourceLocations;
  readonly scopes: Scopes;
  /** Highest odd id per snapshot; null if ids do not compare. */
  readonly highestIds: readonly number[] | null;
  /** Objects that the snapshot before the last one had as well, by suspect; null if their ids do not compare. */
  readonly survivors: ReadonlyMap<SuspectSeries, number> | null;
  readonly requests: readonly (number | null)[];
  readonly growthBytes: number;
  /** Nodes by their signature in `series.tree`, for those that `mainOf` names. */
  readonly members: ReadonlyMap<number, readonly number[]>;
  /** The last snapshot has the values of numbers. */
  readonly hasNumbers: boolean;
}

/** What the objects of a suspect are in the last snapshot, and what holds them; null if none of it is left there. */
export function describeSuspect(suspect: SuspectSeries, context: DescribeContext): HeapSuspect | null {
  const { graph, scopes, locations, series } = context;
  const signature = mainOf(suspect);
  const members = context.members.get(signature) ?? [];
  const example = typicalOf(scopes, members);
  if (example === null) return null;
  const path = pathInTree(graph, context.spanning, example.node);
  const anchor = anchorIndex(context, path, suspect);
  const chained = series.tree.isChain(signature) || suspect.place.groups.some((group) => series.tree.isChain(group));
  const { holder, at } = findHolder(graph, path, anchor, chained, scopes);
  const holderNode = path.nodes[at]!;
  const requests = requestsBetween(context.requests);
  const named = nodeOfSibling(context, path, suspect);
  return {
    class: suspect.main < 0 ? 'references' : example.words,
    holder: withoutName(holder, suspect),
    holderId: graph.nodeId[holderNode]!,
    anchorLocation: holderLocation(graph, path, at, scopes, locations),
    // Timers expire, and emitters have a number of listeners at which they warn. Neither is a bound.
    ...('owner' in holder ? boundsOf(graph, path, at, context.hasNumbers) : NO_BOUNDS),
    path: pathWords(graph, path, scopes, at).map((step) => (step.id === named ? { ...step, edge: ANY_KEY } : step)),
    signature: signatureText(series, signature, suspect.siblings?.[0]?.at),
    classLocation: classLocation(graph, example.node, locations),
    holders: holdersOf(context, holderNode) * (suspect.siblings?.length ?? 1),
    counts: suspect.counts,
    bytes: suspect.bytes,
    cohorts: context.highestIds === null ? [] : cohortsOf(graph, members, context.highestIds),
    ...survivorsOf(suspect, context),
    shareOfGrowth: context.growthBytes <= 0 ? 0 : Math.min(1, Math.max(0, gain(suspect.bytes)) / context.growthBytes),
    objectsPerRequest: requests === null ? null : gain(suspect.counts) / requests,
    bytesPerRequest: requests === null ? null : gain(suspect.bytes) / requests,
  };
}

const ANY_KEY = `value of ${LABEL.key}`;

/** `@id` of the object on the path that its siblings know by other names; null if there are none. */
function nodeOfSibling(
  { graph, spanning, settled }: DescribeContext,
  path: NodePath,
  { siblings = [] }: SuspectSeries,
): number | null {
  const node = path.nodes.find((one) => siblings.some(({ at }) => at === settled[spanning.signatureOf[one]!]));
  return node === undefined ? null : graph.nodeId[node]!;
}

/** Of several that differ in the name of the holder, none has the name of all. */
function withoutName(holder: Holder, { siblings = [] }: SuspectSeries): Holder {
  const isHolder = siblings.some(({ at, anchor }) => at === anchor);
  return isHolder && 'knownBy' in holder && holder.knownBy !== null ? { ...holder, knownBy: { how: 'key' } } : holder;
}

function holdersOf({ series, settled, spanning }: DescribeContext, holder: number): number {
  const signature = spanning.signatureOf[holder]!;
  const count = signature === NOT_REACHED ? 1 : series.sums.at(-1)?.count[settled[signature]!];
  return Math.max(1, count ?? 1);
}

/** Labels and classes from the nearest landmark down to what leaks: no id, index or key, so the same in the next run. */
export function signatureText({ tree }: Pick<PlaceSeries, 'tree'>, signature: number, keyAt: number = -1): string {
  const steps: string[] = [];
  for (let at = signature; at !== SignatureTree.root; at = tree.parent(at)) {
    const chain = tree.isChain(at) ? ' (chain)' : '';
    const label = at === keyAt ? LABEL.key : tree.labels.get(tree.label(at));
    steps.push(`${label} ${tree.classes.get(tree.class(at))}${chain}`.trim());
  }
  return steps.reverse().join(' > ');
}

/** The signature of what leaks, or of the holder where only references became more. */
function mainOf({ main, place }: SuspectSeries): number {
  return main >= 0 ? main : place.anchor;
}

/** The nodes of all suspects in one pass. */
export function membersOf(
  suspects: readonly SuspectSeries[],
  { graph, spanning, settled }: Pick<DescribeContext, 'graph' | 'spanning' | 'settled'>,
): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const suspect of suspects) {
    const list: number[] = [];
    for (const main of suspect.siblings?.map((sibling) => sibling.main) ?? [mainOf(suspect)]) members.set(main, list);
  }
  // By signature of the spanning tree: the list to put a node on.
  const lists = Array.from(settled, (signature) => members.get(signature));
  for (let node = 0; node < graph.nodeCount; node++) {
    const signature = spanning.signatureOf[node]!;
    if (signature !== NOT_REACHED) lists[signature]?.push(node);
  }
  return members;
}

function survivorsOf(suspect: SuspectSeries, { survivors }: DescribeContext): { survivors?: number } {
  const count = survivors?.get(suspect);
  return count === undefined ? {} : { survivors: count };
}

/**
 * How many objects of each suspect have an id up to `newestOldId`. A suspect with native nodes is left out: their ids
 * are in no order.
 */
export function countSurvivors(
  suspects: readonly SuspectSeries[],
  { graph, spanning, settled }: Pick<DescribeContext, 'graph' | 'spanning' | 'settled'>,
  newestOldId: number,
): Map<SuspectSeries, number> {
  const owners = new Map(suspects.flatMap((suspect) => suspect.counted.map((signature) => [signature, suspect])));
  // By signature of the spanning tree.
  const ownerOf = Array.from(settled, (signature) => owners.get(signature));
  const survivors = new Map<SuspectSeries, number>(suspects.map((suspect) => [suspect, 0]));
  for (let node = 0; node < graph.nodeCount; node++) {
    const signature = spanning.signatureOf[node]!;
    const owner = signature === NOT_REACHED ? undefined : ownerOf[signature];
    const count = owner && survivors.get(owner);
    if (!owner || count === undefined) continue;
    const id = graph.nodeId[node]!;
    if (!isOddId(id)) survivors.delete(owner);
    else if (id <= newestOldId) survivors.set(owner, count + 1);
  }
  return survivors;
}

/** A typical member: the most frequent form among a few dozen. */
function typicalOf(scopes: Scopes, members: readonly number[]): { node: number; words: string } | null {
  const step = Math.max(1, Math.floor(members.length / 48));
  const seen = new Map<string, { node: number; words: string; times: number }>();
  // Starts in the middle, which avoids the first link of a chain and the newest object still in use.
  for (let seenSoFar = 0; seenSoFar < members.length; seenSoFar += step) {
    const node = members[(seenSoFar + (members.length >> 1)) % members.length]!;
    const words = scopes.words(node);
    const known = seen.get(words);
    if (known) known.times++;
    else seen.set(words, { node, words, times: 1 });
  }
  return [...seen.values()].sort((a, b) => b.times - a.times)[0] ?? null;
}

/** Index in the path of the last object at the anchor. */
function anchorIndex({ spanning, settled }: DescribeContext, path: NodePath, suspect: SuspectSeries): number {
  const anchors = suspect.siblings?.map(({ anchor }) => anchor) ?? [suspect.place.anchor];
  for (let at = path.nodes.length - 1; at > 0; at--) {
    if (anchors.includes(settled[spanning.signatureOf[path.nodes[at]!]!]!)) return at;
  }
  return 0;
}

/** The interval in which an object was created, from the highest id of each snapshot. */
function cohortsOf(graph: HeapGraph, members: readonly number[], highestIds: readonly number[]): number[] {
  const cohorts = highestIds.slice(1).map(() => 0);
  for (const node of members) {
    const id = graph.nodeId[node]!;
    if (!isOddId(id)) continue;
    const interval = highestIds.findIndex((highest) => id <= highest);
    if (interval > 0) cohorts[interval - 1]! += 1;
  }
  return cohorts;
}
