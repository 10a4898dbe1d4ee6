import type { FlameNode } from '../model/flame.ts';
import type { SourcePlace } from '../model/profiles.ts';
import { formatPlace } from '../words/place.ts';

export interface FlameTotal {
  readonly name: string;
  readonly place: SourcePlace | null;
  /** In the unit of the graph. */
  readonly self: number;
}

/** Self values by function over the whole tree, largest first. Iterative: stacks may be deeper than ours. */
export function flameTotals(root: FlameNode): FlameTotal[] {
  const totals = new Map<string, FlameTotal>();
  const stack: FlameNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    stack.push(...node.children);
    if (node.self <= 0) continue;
    const key = `${node.name}\n${node.place ? formatPlace(node.place) : ''}`;
    const self = (totals.get(key)?.self ?? 0) + node.self;
    totals.set(key, { name: node.name, place: node.place, self });
  }
  return [...totals.values()].sort((a, b) => b.self - a.self);
}
