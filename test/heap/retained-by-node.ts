import type { RetainedSizes } from '../../src/heap/retained-sizes.ts';

/** By node ordinal instead of by number. */
export function retainedByNode({ nodeAt, retained }: RetainedSizes): Float64Array {
  const sizes = new Float64Array(nodeAt.length);
  for (const [number, node] of nodeAt.entries()) sizes[node] = retained[number]!;
  return sizes;
}
