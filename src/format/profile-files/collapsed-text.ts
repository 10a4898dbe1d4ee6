import type { WeightedTree } from '../../model/weighted-tree.ts';
import { ShapeError } from '../shape.ts';
import { frameOfText } from './frame-text.ts';
import { StackSum } from './stack-sum.ts';

const LINE = /^(.+) (\d+(?:\.\d+)?)$/;
/** A file is taken for collapsed stacks when its first lines are. */
const PROBED_LINES = 5;

/** Whether a text looks like collapsed stacks: `main;work 1500`, one stack a line. */
export function isCollapsed(text: string): boolean {
  const lines = text
    .slice(0, 1 << 20)
    .split('\n', PROBED_LINES)
    .map(trimmed)
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.length > 0 && lines.every((line) => LINE.test(line));
}

/** Reads Brendan Gregg's collapsed stacks, as perf, 0x, py-spy, async-profiler and this tool write them. */
export function readCollapsed(text: string): WeightedTree {
  const sum = new StackSum();
  const functions = new Map<string, number>();
  const functionOf = (name: string): number => {
    const known = functions.get(name) ?? sum.functionIndex(frameOfText(name));
    functions.set(name, known);
    return known;
  };
  let number = 0;
  for (let from = 0; from < text.length; ) {
    const found = text.indexOf('\n', from);
    const end = found < 0 ? text.length : found;
    const line = trimmed(text.slice(from, end));
    from = end + 1;
    number += 1;
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    if (!match) throw new ShapeError(`line ${number}`, 'a stack, a space and a number', line.slice(0, 80));
    let node = 0;
    for (const name of (match[1] ?? '').split(';')) node = sum.child(node, functionOf(name));
    sum.add(node, Number(match[2]));
  }
  return sum.tree();
}

function trimmed(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
