import type { FlameNode } from '../model/flame.ts';
import { stacksOf } from './walk-flame.ts';

/**
 * Brendan Gregg's collapsed stacks: `main (src/a.ts:1);work (src/b.ts:20) 1500`, one stack a line, microseconds.
 * Semicolons and line ends separate stacks, so in names they are written as `:` and a space. Line by line: together they
 * may be more than one string can hold.
 */
export function* formatCollapsedStacks(root: FlameNode): Generator<string> {
  const texts = new Map<FlameNode, string>();
  const textOf = (node: FlameNode): string => {
    const text = texts.get(node) ?? frameText(node);
    texts.set(node, text);
    return text;
  };
  for (const { stack, self } of stacksOf(root)) {
    const us = Math.round(self);
    if (us > 0) yield `${stack.map(textOf).join(';')} ${us}\n`;
  }
}

function frameText({ name, place }: FlameNode): string {
  const text = place ? `${name} (${place.file}:${place.line})` : name;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replaceAll(';', ':').replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ');
}
