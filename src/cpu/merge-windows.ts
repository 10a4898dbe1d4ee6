import type { CpuProfile } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { TreeBuilder } from '../model/weighted-tree.ts';
import type { CallTree } from './call-tree.ts';
import { type SampleSpans, sampleSpans } from './sample-spans.ts';

/** Part of a run on V8's clock (microseconds, the host's monotonic clock): `[fromUs, toUs)`. */
export interface TimeRange {
  readonly fromUs: Microseconds;
  readonly toUs: Microseconds;
}

/**
 * One call tree of all windows, each microsecond counted once. Windows overlap a little (the next one is started
 * before the last is stopped), so each is cut where the next one has its first sample:
 *
 *     window 1  |--------------------|. . . .|
 *     window 2                       |-------------------|. . .|
 *     window 3                                           |----------|
 *
 * `range` narrows to a part of the run (a phase, without the stalls of a snapshot). `onSample` is told each sample in order,
 * by its node of the tree.
 */
export function mergeWindows(profiles: readonly CpuProfile[], range?: TimeRange, onSample?: OnSample): CallTree {
  const windows = profiles
    .map((profile) => ({ profile, spans: sampleSpans(profile) }))
    .filter(({ spans }) => spans.nodeIds.length > 0)
    .sort((a, b) => (a.spans.startsUs[0] ?? 0) - (b.spans.startsUs[0] ?? 0));
  const merge = new WindowMerge(range, onSample);
  for (const { profile, spans } of windows) merge.add(profile, spans);
  return merge.tree();
}

type OnSample = (node: number, startUs: Microseconds, endUs: Microseconds) => void;

/** The same, of windows as they come, in order of time: no more than one of them is held. */
export class WindowMerge {
  readonly #range: TimeRange;
  readonly #onSample: OnSample;
  readonly #builder = new TreeBuilder();
  readonly #selfUs: number[] = [];
  #samples = 0;
  #unsampledUs = 0;
  /** It is cut where the next one begins. */
  #last: { readonly profile: CpuProfile; readonly spans: SampleSpans } | null = null;

  constructor(range: TimeRange = { fromUs: -Infinity, toUs: Infinity }, onSample: OnSample = () => {}) {
    this.#range = range;
    this.#onSample = onSample;
  }

  add(profile: CpuProfile, spans: SampleSpans = sampleSpans(profile)): void {
    if (spans.nodeIds.length === 0) return;
    this.#addLast(spans.startsUs[0] ?? Infinity);
    this.#last = { profile, spans };
  }

  /** Nothing is to be added afterwards. */
  tree(): CallTree {
    this.#addLast(Infinity);
    this.#last = null;
    const { functions, functionOf, parentOf } = this.#builder;
    return {
      functions,
      functionOf,
      parentOf,
      selfUs: Float64Array.from(parentOf, (_, node) => this.#selfUs[node] ?? 0),
      samples: this.#samples,
      unsampledUs: this.#unsampledUs,
    };
  }

  #addLast(nextUs: Microseconds): void {
    if (!this.#last) return;
    const { profile, spans } = this.#last;
    const { nodeIds, startsUs, endsUs, nextsUs } = spans;
    const toUs = Math.min(this.#range.toUs, nextUs);
    const nodeOf = treeNodes(profile, this.#builder);
    for (let i = 0; i < nodeIds.length; i += 1) {
      const start = startsUs[i] ?? 0;
      if (start >= toUs || start < this.#range.fromUs) continue;
      const end = Math.min(endsUs[i] ?? start, toUs);
      const node = nodeOf(nodeIds[i] ?? 0);
      this.#selfUs[node] = (this.#selfUs[node] ?? 0) + end - start;
      this.#onSample(node, start, end);
      this.#unsampledUs += Math.min(nextsUs[i] ?? end, toUs) - end;
      this.#samples += 1;
    }
  }
}

/** Gives the tree node of a profile node; makes it, with those above it, when it is first asked for. */
function treeNodes(profile: CpuProfile, builder: TreeBuilder): (nodeId: number) => number {
  const indexOf = new Map(profile.nodes.map((node, index) => [node.id, index]));
  const parents = new Int32Array(profile.nodes.length).fill(-1);
  profile.nodes.forEach((node, index) => {
    for (const child of node.children ?? []) parents[indexOf.get(child) ?? 0] = index;
  });
  const treeNode = new Int32Array(profile.nodes.length).fill(-1);
  const root = parents.indexOf(-1);
  if (root >= 0) treeNode[root] = 0;

  return (nodeId) => {
    let at = indexOf.get(nodeId) ?? root;
    const known = treeNode[at] ?? -1;
    if (known !== -1) return known;
    const path: number[] = [];
    for (; treeNode[at] === -1; at = parents[at] ?? root) path.push(at);
    let node = treeNode[at] ?? 0;
    for (const index of path.reverse()) {
      const frame = profile.nodes[index]?.callFrame;
      if (frame) node = builder.child(node, builder.functionIndex(frame));
      treeNode[index] = node;
    }
    return node;
  };
}
