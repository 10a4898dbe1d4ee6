import type { HeapProfileNode, PlaceOf, SamplingHeapProfile, SourcePlace } from '../model/profiles.ts';
import type { Bytes, Share } from '../model/units.ts';

/** Live objects by where they were allocated. */
export interface AllocationSite {
  /** The allocating function first, then its callers; frames without a file are left out, and at most 32 kept. */
  readonly stack: readonly SourcePlace[];
  /** Estimated by V8 from its samples. */
  readonly bytes: Bytes;
  /** How many samples the estimate rests on; null if the profile does not say. Under ten it is a hint only. */
  readonly samples: number | null;
}

export interface AllocationGrowth {
  readonly stack: readonly SourcePlace[];
  readonly beforeBytes: Bytes;
  readonly bytes: Bytes;
  readonly samples: number | null;
  /** Of the growth of all stacks that grew. */
  readonly shareOfGrowth: Share;
}

const MAX_STACK = 32;

/** All allocation stacks of a profile, the one with most live bytes first. */
export function allocationSites(profile: SamplingHeapProfile, placeOf: PlaceOf): AllocationSite[] {
  return [...sitesByStack(profile, placeOf).values()].sort((a, b) => b.bytes - a.bytes);
}

/** The stacks whose live bytes grew from one profile to a later one, the largest growth first. */
export function allocationGrowth(
  before: SamplingHeapProfile,
  after: SamplingHeapProfile,
  placeOf: PlaceOf,
): AllocationGrowth[] {
  const earlier = sitesByStack(before, placeOf);
  const grown = [...sitesByStack(after, placeOf)]
    .map(([key, site]) => ({ ...site, beforeBytes: earlier.get(key)?.bytes ?? 0 }))
    .filter(({ bytes, beforeBytes }) => bytes > beforeBytes)
    .sort((a, b) => b.bytes - b.beforeBytes - (a.bytes - a.beforeBytes));
  const growthBytes = grown.reduce((sum, { bytes, beforeBytes }) => sum + bytes - beforeBytes, 0);
  return grown.map((site) => ({ ...site, shareOfGrowth: (site.bytes - site.beforeBytes) / growthBytes }));
}

/** Stacks that look the same to people (natives between the frames, calls from another line) are one site. */
function sitesByStack(profile: SamplingHeapProfile, placeOf: PlaceOf): Map<string, AllocationSite> {
  const samplesOf = countSamples(profile);
  const sites = new Map<string, AllocationSite>();
  forEachNode(profile.head, (node, path) => {
    if (node.selfSize <= 0) return;
    const stack = stackOf(path, placeOf);
    const key = stack.map((at) => `${at.file}:${at.line}:${at.column}:${at.function}`).join('\n');
    const known = sites.get(key);
    const samples = samplesOf && (samplesOf.get(node.id) ?? 0) + (known?.samples ?? 0);
    sites.set(key, { stack, bytes: node.selfSize + (known?.bytes ?? 0), samples });
  });
  return sites;
}

function countSamples(profile: SamplingHeapProfile): ReadonlyMap<number, number> | null {
  if (!profile.samples) return null;
  const counts = new Map<number, number>();
  for (const { nodeId } of profile.samples) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  return counts;
}

function stackOf(path: readonly HeapProfileNode[], placeOf: PlaceOf): SourcePlace[] {
  const stack: SourcePlace[] = [];
  for (let depth = path.length - 1; depth >= 0 && stack.length < MAX_STACK; depth -= 1) {
    const { url = '', lineNumber = -1, columnNumber = -1, functionName = '' } = path[depth]?.callFrame ?? {};
    const place = placeOf(url, lineNumber, columnNumber, functionName);
    if (place) stack.push(place);
  }
  return stack;
}

/** Depth-first, with a stack of its own. `path` leads from the root to the node and includes both. */
function forEachNode(
  head: HeapProfileNode,
  visit: (node: HeapProfileNode, path: readonly HeapProfileNode[]) => void,
): void {
  const path: HeapProfileNode[] = [];
  const pending = [{ node: head, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    path.length = next.depth;
    path.push(next.node);
    visit(next.node, path);
    for (const child of next.node.children) pending.push({ node: child, depth: next.depth + 1 });
  }
}
