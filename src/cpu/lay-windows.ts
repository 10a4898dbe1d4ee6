import type { FlameWindow, FlameWindows } from '../model/flame-windows.ts';
import type { PlaceOf, RawCallFrame } from '../model/profiles.ts';
import { TreeBuilder, type WeightedTree } from '../model/weighted-tree.ts';
import { layInto, pseudoOf, subtreeSums } from './call-tree.ts';
import { namedPlace } from './function-times.ts';
import { type FlameLimits, visibleNodes } from './visible-nodes.ts';

/** A window before its tree is laid over those of the others. */
export interface TreeWindow extends Pick<FlameWindow, 'startSec' | 'endSec' | 'requests'> {
  readonly tree: WeightedTree;
}

/** A page holds the trees of all windows of a night, and stays below 2 MB with all else. */
export const CPU_LIMITS: FlameLimits = { maxNodes: 5000, minShare: 0.001 };

const OTHER = '(other)';

/**
 * Lays the trees of several windows over one another. A node is kept where its share is at least `minShare` in one of the
 * windows; of more than `maxNodes` those with the largest shares. Shares never grow from a parent to its child, so what is
 * kept hangs together.
 */
export function layWindows(
  id: FlameWindows['id'],
  unit: FlameWindows['unit'],
  windows: readonly TreeWindow[],
  placeOf: PlaceOf,
  limits: FlameLimits,
): FlameWindows {
  const builder = new TreeBuilder();
  const placed = windows.map(({ tree }) => layInto(builder, tree));
  const size = builder.parentOf.length;
  const weights = windows.map(({ tree }, i) => spread(tree, placed[i] ?? [], size));
  const visible = visibleNodes(builder.parentOf, largestShares(builder.parentOf, weights), limits);
  const shape = foldHidden(builder, visible, weights);
  return {
    id,
    unit,
    frames: shape.frames.map((frame) => (frame === null ? { name: OTHER, place: null } : namedPlace(frame, placeOf))),
    frameOf: shape.frameOf,
    parentOf: shape.parentOf,
    windows: windows.map(({ tree, ...window }, i) => ({
      ...window,
      samples: workSamples(tree, weights[i] ?? new Float64Array(0)),
      ...weighed(weights[i] ?? new Float64Array(0), shape.keptAs, shape.parentOf.length),
    })),
  };
}

/** Samples that saw work: all of them, less the share that saw `(idle)`. */
function workSamples({ self, samples }: WeightedTree, weights: Float64Array): number {
  const sum = (values: Float64Array): number => values.reduce((whole, own) => whole + own, 0);
  return Math.round((samples * sum(weights)) / (sum(self) || 1));
}

/** The weights of one tree in the common one, without idling. */
function spread({ functions, functionOf, self }: WeightedTree, nodes: readonly number[], size: number): Float64Array {
  const idle = functions.map((frame) => pseudoOf(frame) === 'idle');
  const weights = new Float64Array(size);
  nodes.forEach((at, node) => {
    if (!idle[functionOf[node] ?? 0]) weights[at] = (weights[at] ?? 0) + (self[node] ?? 0);
  });
  return weights;
}

function largestShares(parentOf: readonly number[], weights: readonly Float64Array[]): Float64Array {
  const largest = new Float64Array(parentOf.length);
  for (const window of weights) {
    const sums = subtreeSums(parentOf, window);
    const whole = sums[0] || 1;
    sums.forEach((sum, node) => {
      largest[node] = Math.max(largest[node] ?? 0, sum / whole);
    });
  }
  return largest;
}

interface Shape {
  /** Null stands for `(other)`. */
  readonly frames: readonly (RawCallFrame | null)[];
  readonly frameOf: readonly number[];
  readonly parentOf: readonly number[];
  /** Of each node of the whole tree, the node that has its weight. */
  readonly keptAs: Int32Array;
}

/** Keeps the visible nodes, and gives each of them that has hidden children with weight one child for all of those. */
function foldHidden(
  { functions, functionOf, parentOf }: TreeBuilder,
  visible: Uint8Array,
  weights: readonly Float64Array[],
): Shape {
  const keptAs = new Int32Array(parentOf.length);
  const anchor = new Int32Array(parentOf.length);
  const frames: (RawCallFrame | null)[] = [];
  const frameIndex = new Map<RawCallFrame | null, number>();
  const kept = { frameOf: [] as number[], parentOf: [] as number[] };
  const add = (frame: RawCallFrame | null, parent: number): number => {
    const index = frameIndex.get(frame) ?? frames.push(frame) - 1;
    frameIndex.set(frame, index);
    kept.frameOf.push(index);
    return kept.parentOf.push(parent) - 1;
  };
  const others = new Map<number, number>();
  for (let node = 0; node < parentOf.length; node += 1) {
    const parent = parentOf[node] ?? -1;
    if (visible[node] === 1) {
      keptAs[node] = add(functions[functionOf[node] ?? 0] ?? null, parent < 0 ? -1 : (keptAs[parent] ?? 0));
      anchor[node] = keptAs[node] ?? 0;
      continue;
    }
    const above = anchor[parent] ?? 0;
    anchor[node] = above;
    if (!weights.some((window) => (window[node] ?? 0) > 0)) continue;
    const other = others.get(above) ?? add(null, above);
    others.set(above, other);
    keptAs[node] = other;
  }
  return { frames, ...kept, keptAs };
}

/** The nodes with weight of their own, rounded: a microsecond or a byte is finer than any sample. */
function weighed(weights: Float64Array, keptAs: Int32Array, size: number): Pick<FlameWindow, 'nodes' | 'self'> {
  const sums = new Float64Array(size);
  weights.forEach((weight, node) => {
    const at = keptAs[node] ?? 0;
    sums[at] = (sums[at] ?? 0) + weight;
  });
  const rounded = sums.map(Math.round);
  const nodes = [...rounded.keys()].filter((node) => (rounded[node] ?? 0) > 0);
  return { nodes, self: nodes.map((node) => rounded[node] ?? 0) };
}
