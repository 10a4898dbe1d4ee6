import { seriesOf } from './find-anchors.ts';
import { isContextClass, isEngineClass } from './node-classes.ts';
import type { SignatureSums } from './signature-sums.ts';
import type { SignatureTree } from './signature-tree.ts';

/** Smaller objects vary too much to compare. */
const LEAST_BYTES = 20_000;
/** A store does not become this many times as large, or as small, from one snapshot to the next. */
const MOST_CHANGE = 4;
const NONE = -1;

/**
 * One object that two ways lead to, of which now the one and now the other is met first: a promise that a module exports, by
 * the variable of whoever imports it. There is one object of the class at either place, in each snapshot at exactly one of
 * them; it holds the same sort of thing at both, and about as much as before. By signature: the lower one that it is the
 * same as, or -1.
 */
export function findAliases(tree: SignatureTree, sums: readonly SignatureSums[]): Int32Array {
  const alias = new Int32Array(tree.count).fill(NONE);
  if (sums.length < 3) return alias;
  const { subtree } = seriesOf(
    tree,
    sums.map((sum) => padded(sum, tree.count)),
  );
  const byClass = new Map<number, number[]>();
  for (let signature = 1; signature < tree.count; signature++) {
    const counts = sums.map(({ count }) => count[signature] ?? 0);
    const isAlone = counts.every((count) => count <= 1) && counts.includes(0) && counts.includes(1);
    if (!isAlone || isUnnamed(tree.classes.get(tree.class(signature)))) continue;
    if (Math.max(...subtree.map((bytes) => bytes[signature] ?? 0)) < LEAST_BYTES) continue;
    const klass = tree.class(signature);
    byClass.set(klass, [...(byClass.get(klass) ?? []), signature]);
  }
  const childOf = largestChildren(tree, subtree, [...byClass.values()].flat());
  for (const alone of byClass.values()) {
    for (const [i, a] of alone.entries()) {
      const same = alone.slice(i + 1).filter((b) => alias[b] === NONE && isSame(a, b));
      const [closest] = same.sort((b, c) => change(a, b) - change(a, c));
      if (closest !== undefined && alias[a] === NONE) alias[closest] = a;
    }
  }
  return alias;

  function isSame(a: number, b: number): boolean {
    if (childOf.get(a) !== childOf.get(b)) return false;
    const isOneOfBoth = sums.every(({ count }) => (count[a] ?? 0) + (count[b] ?? 0) === 1);
    if (!isOneOfBoth) return false;
    return change(a, b) <= Math.log(MOST_CHANGE);
  }

  /** The largest from one snapshot to the next, of both together. */
  function change(a: number, b: number): number {
    const bytes = subtree.map((row) => (row[a] ?? 0) + (row[b] ?? 0));
    return Math.max(...bytes.slice(1).map((now, at) => Math.abs(Math.log(Math.max(1, now) / Math.max(1, bytes[at]!)))));
  }
}

/** Earlier snapshots know fewer signatures. */
function padded(sums: SignatureSums, length: number): SignatureSums {
  const resized = (values: Float64Array): Float64Array => {
    const all = new Float64Array(length);
    all.set(values);
    return all;
  };
  return { ...sums, count: resized(sums.count), bytes: resized(sums.bytes) };
}

/** Of each, the step to what it holds most bytes of. */
function largestChildren(
  tree: SignatureTree,
  subtree: readonly Float64Array[],
  of: readonly number[],
): Map<number, string> {
  const wanted = new Set(of);
  const most = new Map<number, { readonly bytes: number; readonly step: string }>();
  for (let signature = 1; signature < tree.count; signature++) {
    const parent = tree.parent(signature);
    if (!wanted.has(parent)) continue;
    const bytes = Math.max(...subtree.map((row) => row[signature] ?? 0));
    if (bytes <= (most.get(parent)?.bytes ?? 0)) continue;
    most.set(parent, { bytes, step: `${tree.label(signature)} ${tree.class(signature)}` });
  }
  return new Map([...most].map(([parent, { step }]) => [parent, step]));
}

function isUnnamed(name: string): boolean {
  return isEngineClass(name) || isContextClass(name);
}
