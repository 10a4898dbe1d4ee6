import type { HeapProfileNode, SamplingHeapProfile } from '../../model/profiles.ts';
import type { WeightedTree } from '../../model/weighted-tree.ts';
import { StackSum } from './stack-sum.ts';

/** The stacks of a sampling heap profile by the bytes that they allocated and that were still alive (as V8 estimates them). */
export function allocationTree({ head, samples }: SamplingHeapProfile): WeightedTree {
  const sum = new StackSum();
  const pending: { readonly raw: HeapProfileNode; readonly parent: number | null }[] = [{ raw: head, parent: null }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { raw, parent } = next;
    const node = parent === null ? 0 : sum.child(parent, sum.functionIndex(raw.callFrame));
    if (raw.selfSize > 0) sum.add(node, raw.selfSize, samples === undefined ? 1 : 0);
    for (const child of raw.children) pending.push({ raw: child, parent: node });
  }
  const tree = sum.tree();
  return samples === undefined ? tree : { ...tree, samples: samples.length };
}
