/**
 * How deep stacks may be kept so that all of them together have at most `maxFrames` frames. A format that repeats the whole
 * stack for every sample grows with the square of the depth; what is cut is summed up in `(other)`, one level deeper. Frames without
 * time of their own count too: cut there, they would stand for what lies below.
 */
export function depthWithin(
  parentOf: readonly number[],
  maxFrames: number,
): { readonly depth: number; readonly deepest: number } {
  const depthOf = new Int32Array(parentOf.length);
  const nodesAt: number[] = [];
  for (let node = 1; node < parentOf.length; node += 1) {
    const depth = (depthOf[parentOf[node] ?? 0] ?? 0) + 1;
    depthOf[node] = depth;
    nodesAt[depth] = (nodesAt[depth] ?? 0) + 1;
  }
  const deepest = nodesAt.length - 1;
  let frames = 0;
  let depth = 0;
  while (depth < deepest) {
    frames += (depth + 1) * (nodesAt[depth + 1] ?? 0);
    if (frames > maxFrames) break;
    depth += 1;
  }
  return { depth, deepest: Math.max(0, deepest) };
}
