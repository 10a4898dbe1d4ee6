import type { FlameNode } from '../model/flame.ts';

export interface FlameStack {
  /** From below the root to the node. The same list each time: it is to be read before the next one is asked for. */
  readonly stack: readonly FlameNode[];
  readonly self: number;
}

/** Every stack of a flame graph that has time of its own. */
export function* stacksOf(root: FlameNode): Generator<FlameStack> {
  const stack: FlameNode[] = [];
  const pending = [{ node: root, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (next.depth > 0) {
      stack.length = next.depth - 1;
      stack.push(next.node);
    }
    if (next.node.self > 0) yield { stack: next.depth > 0 ? stack : [next.node], self: next.node.self };
    for (const child of next.node.children.toReversed()) pending.push({ node: child, depth: next.depth + 1 });
  }
}
