import type { RawCallFrame } from '../../model/profiles.ts';
import type { Microseconds } from '../../model/units.ts';
import type { WeightedTree } from '../../model/weighted-tree.ts';

interface TickFrame {
  readonly name: string;
  readonly type: 'JS' | 'CPP' | 'CODE';
  readonly kind?: string;
}

/** V8's log has a tick a millisecond. */
const TICK_US: Microseconds = 1000;
/** Clinic keeps every frame of every tick in memory while it analyses. */
const MOST_TICKS = 20_000;
/** Clinic calls itself once a level. */
const MOST_FRAMES = 300;

/**
 * `…-samples` of clinic flame: a list of stacks, each from the outermost frame on, one for each millisecond (or as many milliseconds
 * as keep it small) in which the stack was on the CPU. Idle time is left out, as the log of V8 has none.
 */
export function* flameTicks({ functions, functionOf, parentOf, self }: WeightedTree): Generator<string> {
  const isIdle = functions.map(({ functionName, url }) => url === '' && functionName === '(idle)');
  const weights = self.map((us, node) => (isIdle[functionOf[node] ?? 0] ? 0 : us));
  const tickUs = Math.max(TICK_US, weights.reduce((sum, us) => sum + us, 0) / MOST_TICKS);
  const frames = functions.map((frame) => JSON.stringify(tickFrame(frame)));
  let dueUs = 0;
  let separator = '[';
  for (let node = 0; node < weights.length; node += 1) {
    // What is too short for a tick is added up, so that many short stacks still get theirs.
    dueUs += weights[node] ?? 0;
    const ticks = Math.floor(dueUs / tickUs);
    if (ticks === 0) continue;
    dueUs -= ticks * tickUs;
    const stack = `[${stackOf(node, parentOf)
      .map((at) => frames[functionOf[at] ?? 0])
      .join(',')}]`;
    for (let tick = 0; tick < ticks; tick += 1) {
      yield `${separator}${stack}`;
      separator = ',\n';
    }
  }
  yield separator === '[' ? '[]\n' : ']\n';
}

/** From below the root to the node; of a stack that is too deep the frames next to the root. */
function stackOf(node: number, parentOf: readonly number[]): number[] {
  const stack: number[] = [];
  for (let at = node; at > 0; at = parentOf[at] ?? 0) stack.push(at);
  return (stack.length === 0 ? [0] : stack.reverse()).slice(0, MOST_FRAMES);
}

/**
 * A frame by Clinic's rules: a name that has no `name file:line:column` stops it, one with an absolute path is the
 * application's, one in `node_modules` a package's, and a path without `.js` is taken for V8's own. So a file of
 * another kind (TypeScript that Node runs as it is) gets the ending behind a question mark.
 */
function tickFrame({ functionName, url, lineNumber, columnNumber }: RawCallFrame): TickFrame {
  const name = functionName.replace(/\s+/g, ' ').trim();
  if (url === '') {
    if (name === '(garbage collector)') return { name, type: 'CODE', kind: 'GC' };
    return { name: name || '(anonymous)', type: 'CPP' };
  }
  const path = pathOf(url);
  const shown = /\.m?js|node:/.test(path) ? path : `${path}?.js`;
  const place = `${shown}:${Math.max(0, lineNumber) + 1}:${Math.max(0, columnNumber) + 1}`;
  return { name: `${functionPart(name)} ${place}`, type: 'JS', kind: 'Opt' };
}

/** One word, or words of letters after it: what Clinic takes for the name of a function. */
function functionPart(name: string): string {
  return /^\S+(?: [a-zA-Z]+)*$/.test(name) ? name : name.replaceAll(' ', '_') || '(anonymous)';
}

function pathOf(url: string): string {
  if (!url.startsWith('file://')) return url;
  try {
    return decodeURIComponent(url.slice('file://'.length)).replace(/^\/(?=[A-Za-z]:)/, '');
  } catch {
    return url.slice('file://'.length);
  }
}
