import type { CpuProfile } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { TreeBuilder } from '../model/weighted-tree.ts';
import type { CallTree } from './call-tree.ts';
import { sampleSpans } from './sample-spans.ts';

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
export function mergeWindows(
  profiles: readonly CpuProfile[],
  range: TimeRange = { fromUs: -Infinity, toUs: Infinity },
  onSample: (node: number, startUs: Microseconds, endUs: Microseconds) => void = () => {},
): CallTree {
  const windows = profiles
    .map((profile) => ({ profile, ...sampleSpans(profile) }))
    .filter(({ nodeIds }) => nodeIds.length > 0)
    .sort((a, b) => (a.startsUs[0] ?? 0) - (b.startsUs[0] ?? 0));
  const builder = new TreeBuilder();
  const selfUs: number[] = [];
  let samples = 0;
  let unsampledUs = 0;

  windows.forEach((window, index) => {
    const toUs = Math.min(range.toUs, windows[index + 1]?.startsUs[0] ?? Infinity);
    const nodeOf = treeNodes(window.profile, builder);
    window.nodeIds.forEach((nodeId, sample) => {
      const start = window.startsUs[sample] ?? 0;
      if (start >= toUs || start < range.fromUs) return;
      const end = Math.min(window.endsUs[sample] ?? start, toUs);
      const node = nodeOf(nodeId);
      selfUs[node] = (selfUs[node] ?? 0) + end - start;
      onSample(node, start, end);
      unsampledUs += Math.min(window.nextsUs[sample] ?? end, toUs) - end;
      samples += 1;
    });
  });
  return {
    functions: builder.functions,
    functionOf: builder.functionOf,
    parentOf: builder.parentOf,
    selfUs: Float64Array.from(builder.parentOf, (_, node) => selfUs[node] ?? 0),
    samples,
    unsampledUs,
  };
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
    const path: number[] = [];
    let at = indexOf.get(nodeId) ?? root;
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
