import type { FlameDiffNode, FlameNode, FlameTimeline } from '../model/flame.ts';

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

/** Waiting is not work, so it is to the right of what a reader looks for. */
function idleLast(a: FlameNode, b: FlameNode): number {
  return Number(a.name === '(idle)') - Number(b.name === '(idle)');
}

function compareNames(a: FlameNode, b: FlameNode): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Of one call: the same function on the same place of the stack, sample after sample. */
interface Call {
  readonly frame: number;
  readonly depth: number;
  readonly startUs: number;
  endUs: number;
}

/** The calls of a recording in order of time. */
export interface TimeFrames {
  readonly calls: readonly Call[];
  readonly lengthUs: number;
  /** Calls left out because there were more than `limit`: the shortest ones. */
  readonly dropped: number;
}

/**
 * Lays samples out in order of time: consecutive samples with the same stack up to a depth are one call there. Where the
 * service idled, or was not sampled, there is a gap. Parents stand before their children, as in `flameFrames`.
 */
export function timeFrames({ frameOf, parentOf, samples }: FlameTimeline, limit: number): TimeFrames {
  const calls: Call[] = [];
  let open: { readonly node: number; readonly call: Call }[] = [];
  let endedUs = Number.NEGATIVE_INFINITY;
  samples.nodes.forEach((node, i) => {
    const startUs = samples.startsUs[i] ?? 0;
    const endUs = samples.endsUs[i] ?? startUs;
    const stack = pathTo(node, parentOf);
    const same = startUs > endedUs ? 0 : commonDepth(open, stack);
    open = open.slice(0, same);
    for (const { call } of open) call.endUs = endUs;
    for (const at of stack.slice(same)) {
      // The root of the drawing is the recording itself.
      const call: Call = { frame: frameOf[at] ?? 0, depth: open.length + 1, startUs, endUs };
      calls.push(call);
      open.push({ node: at, call });
    }
    endedUs = endUs;
  });
  const kept = longest(calls, limit);
  return { calls: kept, lengthUs: Math.max(0, endedUs), dropped: calls.length - kept.length };
}

/** From the outermost call to the node, without the root of the tree. */
function pathTo(node: number, parentOf: readonly number[]): number[] {
  const path: number[] = [];
  for (let at = node; at > 0; at = parentOf[at] ?? 0) path.push(at);
  return path.reverse();
}

function commonDepth(open: readonly { readonly node: number }[], stack: readonly number[]): number {
  let depth = 0;
  while (depth < open.length && open[depth]?.node === stack[depth]) depth += 1;
  return depth;
}

/** A call never is longer than the one around it, so what is kept keeps its parents. */
function longest(calls: readonly Call[], limit: number): readonly Call[] {
  if (calls.length <= limit) return calls;
  const lengths = calls.map(({ startUs, endUs }) => endUs - startUs).sort((a, b) => b - a);
  const floor = lengths[limit - 1] ?? 0;
  let ties = limit - lengths.filter((us) => us > floor).length;
  return calls.filter(({ startUs, endUs }) => endUs - startUs > floor || (endUs - startUs === floor && ties-- > 0));
}
