import type { FlameDiffNode, FlameNode } from '../model/flame.ts';
import type { Microseconds } from '../model/units.ts';

/** One box of a flame graph, placed: `startUs` to `startUs + valueUs` on the time axis, `depth` rows from the root. */
export interface FlameFrame {
  readonly node: FlameNode | FlameDiffNode;
  readonly depth: number;
  readonly startUs: Microseconds;
}

export interface FlameFrames {
  /** Preorder: parents before their children, heavier siblings first. */
  readonly frames: readonly FlameFrame[];
  /** Frames left out because the graph had more than `limit`: the lightest ones. */
  readonly dropped: number;
}

/** Frames that a page still draws and searches without a delay. */
const LIMIT = 20_000;

export function isDiff(node: FlameNode | FlameDiffNode): node is FlameDiffNode {
  return 'beforeUs' in node;
}

/**
 * Lays a call tree out for drawing. Children stand left to right by weight ("left heavy"), after each other from the
 * left edge of their parent. Works with a stack of its own: stacks of services are deep enough to exhaust ours.
 */
export function flameFrames(root: FlameNode | FlameDiffNode, limit: number = LIMIT): FlameFrames {
  const all: FlameFrame[] = [];
  const stack: FlameFrame[] = [{ node: root, depth: 0, startUs: 0 }];
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    all.push(frame);
    stack.push(...childFrames(frame).reverse());
  }
  const floorUs = lightestKept(all, limit);
  // A child never weighs more than its parent, so every kept frame keeps its parents.
  const frames = all.filter(({ node }) => weight(node) > floorUs).slice(0, limit);
  return { frames, dropped: all.length - frames.length };
}

function childFrames({ node, depth, startUs }: FlameFrame): FlameFrame[] {
  const children = [...node.children].sort((a, b) => weight(b) - weight(a) || compareNames(a, b));
  let start = startUs;
  return children.map((child) => {
    const placed = { node: child, depth: depth + 1, startUs: start };
    start += child.valueUs;
    return placed;
  });
}

/** The weight above which at most `limit` frames lie; -1 where all fit. */
function lightestKept(frames: readonly FlameFrame[], limit: number): Microseconds {
  if (frames.length <= limit) return -1;
  return frames.map(({ node }) => weight(node)).sort((a, b) => b - a)[limit] ?? -1;
}

/** In a difference a frame that has gone (value 0) still counts by what it was. */
function weight(node: FlameNode | FlameDiffNode): Microseconds {
  return isDiff(node) ? Math.max(node.valueUs, node.beforeUs) : node.valueUs;
}

function compareNames(a: FlameNode, b: FlameNode): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
