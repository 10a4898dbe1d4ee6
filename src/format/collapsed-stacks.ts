import type { FlameNode } from '../model/flame.ts';
import { forEachStack } from './walk-flame.ts';

/**
 * Brendan Gregg's collapsed stacks: `main (src/a.ts:1);work (src/b.ts:20) 1500`, one stack a line, microseconds.
 * Semicolons and line ends separate stacks, so in names they are written as `:` and a space.
 */
export function formatCollapsedStacks(root: FlameNode): string {
  const lines: string[] = [];
  forEachStack(root, (stack, selfUs) => {
    const us = Math.round(selfUs);
    if (us > 0) lines.push(`${stack.map(frameText).join(';')} ${us}\n`);
  });
  return lines.join('');
}

function frameText({ name, place }: FlameNode): string {
  const text = place ? `${name} (${place.file}:${place.line})` : name;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replaceAll(';', ':').replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ');
}
