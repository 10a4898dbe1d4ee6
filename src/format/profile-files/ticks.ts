import type { WeightedTree } from '../../model/weighted-tree.ts';
import { listOf, member, number, object, ShapeError, text } from '../shape.ts';
import { frameAt, frameOfText } from './frame-text.ts';
import { StackSum } from './stack-sum.ts';

const MOST_FRAMES = 20_000_000;

/**
 * Reads the ticks of 0x (`--write-ticks`) and of Clinic (`…-samples`): a list of stacks, each from the outermost frame on.
 */
export function readTicks(value: readonly unknown[]): WeightedTree {
  const sum = new StackSum();
  const functions = new Map<string, number>();
  let frames = 0;
  for (const [index, stack] of value.entries()) {
    if (!Array.isArray(stack)) throw new ShapeError(`[${index}]`, 'a list of frames', stack);
    frames += stack.length;
    if (frames > MOST_FRAMES) throw new ShapeError('the ticks', `at most ${MOST_FRAMES} frames`, 'more');
    let node = 0;
    for (const frame of stack) {
      const own = object(frame, `[${index}]`);
      const name = text(member(own, 'name'), `[${index}] name`);
      const key = `${member(own, 'type') === 'JS' ? 'J' : '-'}${name}`;
      const known =
        functions.get(key) ?? sum.functionIndex(key[0] === 'J' ? frameOfText(name) : frameAt(name, '', 0, 0));
      functions.set(key, known);
      node = sum.child(node, known);
    }
    sum.add(node, 1);
  }
  return sum.tree();
}

/** What 0x writes into its pages: `visualizer({"merged":…}, {"title":…})`. */
const CALL = 'visualizer({"merged":';

/** Reads the tree in a page of 0x (`flamegraph.html`); null if it is another page. */
export function treeTextIn(page: string): string | null {
  const at = page.lastIndexOf(CALL);
  if (at < 0) return null;
  const start = at + CALL.length;
  const end = endOfValue(page, start);
  return end === null ? null : page.slice(start, end);
}

/** Reads such a tree: nested nodes `{name, value, top, children}`, `top` the samples of the node itself. */
export function readZeroXTree(value: unknown): WeightedTree {
  const sum = new StackSum();
  const pending: { readonly raw: unknown; readonly parent: number | null }[] = [{ raw: value, parent: null }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const own = object(next.raw, 'a node');
    const frame = frameOfText(text(member(own, 'name'), 'name of a node'));
    const node = next.parent === null ? 0 : sum.child(next.parent, sum.functionIndex(frame));
    const top = number(member(own, 'top') ?? 0, 'top of a node');
    if (top > 0) sum.add(node, top, top);
    for (const raw of listOf((one) => one)(member(own, 'children') ?? [], 'children'))
      pending.push({ raw, parent: node });
  }
  return sum.tree();
}

/** Where the JSON object that begins at `start` ends; null if it does not. */
function endOfValue(textWithJson: string, start: number): number | null {
  let depth = 0;
  let inText = false;
  for (let at = start; at < textWithJson.length; at += 1) {
    const char = textWithJson.charCodeAt(at);
    if (inText) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) inText = false;
    } else if (char === 0x22) inText = true;
    else if (char === 0x7b || char === 0x5b) depth += 1;
    else if (char === 0x7d || char === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}
