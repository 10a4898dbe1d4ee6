import type { PlaceOf, RawCallFrame, SourcePlace } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { type CallTree, type Pseudo, pseudoOf, subtreeSums } from './call-tree.ts';

export interface FrameTime extends Pick<FunctionTime, 'selfUs' | 'totalUs'> {
  readonly frame: RawCallFrame;
}

/** Time by where it went. `activeUs` = js + program + gc: all but idle. */
export interface TimeShares {
  readonly activeUs: Microseconds;
  readonly jsUs: Microseconds;
  /** Native code that no JavaScript function stands for. */
  readonly programUs: Microseconds;
  readonly gcUs: Microseconds;
  readonly idleUs: Microseconds;
  readonly unsampledUs: Microseconds;
}

export interface FunctionTime {
  readonly name: string;
  readonly place: SourcePlace | null;
  readonly selfUs: Microseconds;
  /** With all that it called; a recursive call inside a call of the same function is counted once. */
  readonly totalUs: Microseconds;
}

export function timeShares(tree: CallTree): TimeShares {
  const byPseudo: Record<Pseudo | 'js', number> = { root: 0, idle: 0, program: 0, gc: 0, js: 0 };
  const pseudos = tree.functions.map((frame) => pseudoOf(frame) ?? 'js');
  tree.functionOf.forEach((index, node) => {
    byPseudo[pseudos[index] ?? 'js'] += tree.selfUs[node] ?? 0;
  });
  // Time booked on the root itself is native code before the first call.
  const programUs = byPseudo.program + byPseudo.root;
  return {
    activeUs: byPseudo.js + programUs + byPseudo.gc,
    jsUs: byPseudo.js,
    programUs,
    gcUs: byPseudo.gc,
    idleUs: byPseudo.idle,
    unsampledUs: tree.unsampledUs,
  };
}

/** Real functions (no pseudo ones), largest self time first. */
export function hottestFunctions(tree: CallTree, placeOf: PlaceOf, limit: number = Infinity): FunctionTime[] {
  return hottestFrames(tree, limit).map(({ frame, ...times }) => ({ ...namedPlace(frame, placeOf), ...times }));
}

/** The same, as V8 knows them: of a deep profile there are many, and few are shown. */
export function hottestFrames(tree: CallTree, limit: number): FrameTime[] {
  const { selfUs, totalUs } = timesByFunction(tree);
  return tree.functions
    .map((frame, index) => ({ frame, selfUs: selfUs[index] ?? 0, totalUs: totalUs[index] ?? 0 }))
    .filter(({ frame, totalUs: us }) => us > 0 && pseudoOf(frame) === null)
    .sort((a, b) => b.selfUs - a.selfUs || b.totalUs - a.totalUs)
    .slice(0, limit);
}

/** Name and place of a frame as people know them. */
export function namedPlace(
  frame: RawCallFrame,
  placeOf: PlaceOf,
): { readonly name: string; readonly place: SourcePlace | null } {
  const place = pseudoOf(frame) ? null : placeOf(frame.url, frame.lineNumber, frame.columnNumber, frame.functionName);
  return { name: place?.function || frame.functionName || '(anonymous)', place };
}

/** Self and total time by index in `tree.functions`. */
export function timesByFunction(tree: CallTree): { readonly selfUs: Float64Array; readonly totalUs: Float64Array } {
  const selfUs = new Float64Array(tree.functions.length);
  const totalUs = new Float64Array(tree.functions.length);
  const sums = subtreeSums(tree.parentOf, tree.selfUs);
  // How many calls of each function the walk is inside of: only the outermost counts for its total.
  const inside = new Int32Array(tree.functions.length);
  walk(tree.parentOf, {
    enter(node) {
      const index = tree.functionOf[node] ?? 0;
      selfUs[index] = (selfUs[index] ?? 0) + (tree.selfUs[node] ?? 0);
      if (inside[index] === 0) totalUs[index] = (totalUs[index] ?? 0) + (sums[node] ?? 0);
      inside[index] = (inside[index] ?? 0) + 1;
    },
    leave(node) {
      const index = tree.functionOf[node] ?? 0;
      inside[index] = (inside[index] ?? 0) - 1;
    },
  });
  return { selfUs, totalUs };
}

/** Depth-first walk without recursion. */
function walk(
  parentOf: readonly number[],
  visit: { readonly enter: (node: number) => void; readonly leave: (node: number) => void },
): void {
  const firstChild = new Int32Array(parentOf.length).fill(-1);
  const nextSibling = new Int32Array(parentOf.length).fill(-1);
  for (let node = parentOf.length - 1; node > 0; node -= 1) {
    const parent = parentOf[node] ?? 0;
    nextSibling[node] = firstChild[parent] ?? -1;
    firstChild[parent] = node;
  }
  let node = parentOf.length > 0 ? 0 : -1;
  while (node >= 0) {
    visit.enter(node);
    const child = firstChild[node] ?? -1;
    if (child >= 0) {
      node = child;
      continue;
    }
    // Up until there is a sibling to go on with; past the root, -1 ends the walk.
    while (node >= 0) {
      visit.leave(node);
      const sibling = nextSibling[node] ?? -1;
      if (sibling >= 0) {
        node = sibling;
        break;
      }
      node = parentOf[node] ?? -1;
    }
  }
}
