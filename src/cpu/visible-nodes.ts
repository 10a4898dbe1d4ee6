/** How much of a tree is drawn. */
export interface FlameLimits {
  /** Smaller than this share of the whole is summed up in `(other)`. */
  readonly minShare?: number;
  readonly maxNodes?: number;
  /** Deeper is summed up in `(other)`: nested objects of any depth would break JSON.stringify, which recurses. */
  readonly maxDepth?: number;
}

/**
 * Which nodes of a tree are drawn: the heaviest, within the limits. `weights` are subtree sums, so nobody is heavier
 * than its parent, and the chosen nodes hang together.
 */
export function visibleNodes(
  parentOf: readonly number[],
  weights: Float64Array,
  { minShare = 0.0005, maxNodes = 20_000, maxDepth = 400 }: FlameLimits = {},
): Uint8Array {
  const floor = (weights[0] ?? 0) * minShare;
  const depth = new Int32Array(parentOf.length);
  const candidates: number[] = [];
  for (let node = 1; node < parentOf.length; node += 1) {
    depth[node] = (depth[parentOf[node] ?? 0] ?? 0) + 1;
    const weight = weights[node] ?? 0;
    if (weight > 0 && weight >= floor && (depth[node] ?? 0) <= maxDepth) candidates.push(node);
  }
  // Of equals, the one that comes first in the tree: a parent stands before its children.
  if (candidates.length > maxNodes) candidates.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  const visible = new Uint8Array(parentOf.length);
  visible[0] = 1;
  for (const node of candidates.slice(0, maxNodes)) visible[node] = 1;
  return visible;
}
