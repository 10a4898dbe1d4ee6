import type { FlameDiffNode, FlameNode } from '../model/flame.ts';

/** One box of a flame graph, placed: `start` to `start + value` on the time axis, `depth` rows from the root. */
export interface FlameFrame {
  readonly node: FlameNode | FlameDiffNode;
  readonly depth: number;
  readonly start: number;
}

export interface FlameFrames {
  /** Preorder: parents before their children, heavier siblings first. */
  readonly frames: readonly FlameFrame[];
  /** Frames left out because the graph had more than `limit`: the lightest ones. */
  readonly dropped: number;
}

export function isDiff(node: FlameNode | FlameDiffNode): node is FlameDiffNode {
  return 'before' in node;
}

/**
 * Lays a call tree out for drawing. Children stand left to right by weight ("left heavy"), after each other from the
 * left edge of their parent. Works with a stack of its own: stacks of services are deep enough to exhaust ours.
 */
export function flameFrames(root: FlameNode | FlameDiffNode, limit: number = Number.POSITIVE_INFINITY): FlameFrames {
  const all: FlameFrame[] = [];
  const stack: FlameFrame[] = [{ node: root, depth: 0, start: 0 }];
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    all.push(frame);
    stack.push(...childFrames(frame).reverse());
  }
  const frames = heaviest(all, limit);
  return { frames, dropped: all.length - frames.length };
}

/**
 * The heaviest `limit` frames, in their order. A child never weighs more than its parent and comes after it, so with
 * ties decided by order every kept frame keeps its parents.
 */
function heaviest(frames: readonly FlameFrame[], limit: number): readonly FlameFrame[] {
  if (frames.length <= limit) return frames;
  const weights = frames.map(({ node }) => weight(node)).sort((a, b) => b - a);
  const floor = weights[limit - 1] ?? 0;
  let ties = limit - weights.filter((us) => us > floor).length;
  return frames.filter(({ node }) => weight(node) > floor || (weight(node) === floor && ties-- > 0));
}

function childFrames({ node, depth, start }: FlameFrame): FlameFrame[] {
  const children = [...node.children].sort((a, b) => idleLast(a, b) || weight(b) - weight(a) || compareNames(a, b));
  let next = start;
  return children.map((child) => {
    const placed = { node: child, depth: depth + 1, start: next };
    next += child.value;
    return placed;
  });
}

/** In a difference a frame that has gone (value 0) still counts by what it was. */
function weight(node: FlameNode | FlameDiffNode): number {
  return isDiff(node) ? Math.max(node.value, node.before) : node.value;
}

/** Waiting is no work: it stands to the right of what a reader looks for. */
function idleLast(a: FlameNode, b: FlameNode): number {
  return Number(a.name === '(idle)') - Number(b.name === '(idle)');
}

function compareNames(a: FlameNode, b: FlameNode): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
