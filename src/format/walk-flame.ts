import type { FlameNode } from '../model/flame.ts';

/** Visits every stack of a flame graph that has time of its own; `stack` leads from below the root to the node. */
export function forEachStack(root: FlameNode, visit: (stack: readonly FlameNode[], selfUs: number) => void): void {
  const stack: FlameNode[] = [];
  const pending = [{ node: root, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (next.depth > 0) {
      stack.length = next.depth - 1;
      stack.push(next.node);
    }
    if (next.node.selfUs > 0) visit(next.depth > 0 ? stack : [next.node], next.node.selfUs);
    for (const child of next.node.children.toReversed()) pending.push({ node: child, depth: next.depth + 1 });
  }
}
