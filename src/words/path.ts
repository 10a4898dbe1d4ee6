import type { PathStep } from '../model/heap-growth.ts';
import { formatCount } from '../model/units.ts';
import { ownerText } from './holder.ts';

export function pathText(path: readonly PathStep[]): string[] {
  return path.map(stepText);
}

/** `context variable \`pending\`: Map`, `[*]: Listener (chain of 1,204)`; of the root, its module or function. */
export function stepText({ edge, node, scope, repeat }: PathStep): string {
  const what = scope === undefined ? node : `${node} ${ownerText(scope)}`;
  const chain = repeat > 1 ? ` (chain of ${formatCount(repeat)})` : '';
  return edge === '' ? `${what}${chain}` : `${edge}: ${what}${chain}`;
}
