import type { FlameNode } from '../model/flame.ts';
import type { SourcePlace } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { formatPlace } from '../words/place.ts';

export interface FlameTotal {
  readonly name: string;
  readonly place: SourcePlace | null;
  readonly selfUs: Microseconds;
}

/** Self time by function over the whole tree, largest first. Iterative: stacks may be deeper than ours. */
export function flameTotals(root: FlameNode): FlameTotal[] {
  const totals = new Map<string, FlameTotal>();
  const stack: FlameNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    stack.push(...node.children);
    if (node.selfUs <= 0) continue;
    const key = `${node.name}\n${node.place ? formatPlace(node.place) : ''}`;
    const selfUs = (totals.get(key)?.selfUs ?? 0) + node.selfUs;
    totals.set(key, { name: node.name, place: node.place, selfUs });
  }
  return [...totals.values()].sort((a, b) => b.selfUs - a.selfUs);
}
