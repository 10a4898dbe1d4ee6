import { CLOSURE_PREFIX } from '../../model/class-name.ts';
import { isDataKey } from '../data-keys.ts';
import { LABEL, PROPERTY } from './edge-labels.ts';
import { findAliases } from './find-aliases.ts';
import { isEngineClass } from './node-classes.ts';
import type { SignatureSums } from './signature-sums.ts';
import { SignatureTree } from './signature-tree.ts';

/** An object that gains this many property names since the first snapshot is a dictionary: its keys are data. */
const NEW_NAMES = 8;

export interface SettledSignatures {
  readonly tree: SignatureTree;
  readonly sums: readonly SignatureSums[];
  /** Signature in `tree` by the signature that it had before. */
  readonly settled: Uint32Array;
}

/**
 * Makes all signatures again, now that several snapshots are known, with three rules; the sums follow.
 *
 * Landmarks: what the heap has one of (an instance of a service class, an exported variable) is the same
 * place however it was reached. Signatures start again there, so that a change in the wiring above, as when timers
 * change their order, does not look as if everything below had moved.
 *
 * Aliases: one object that two ways lead to is one place (`find-aliases.ts`).
 *
 * Keys: `sessions[id] = …` gives each key a step of its own. Whether a property name is a field or a key shows only over
 * time: under an object that gains names from snapshot to snapshot, names become `<key>`; or by its form, as of an id.
 */
export function settleSignatures(tree: SignatureTree, sums: readonly SignatureSums[]): SettledSignatures {
  const isDictionary = findDictionaries(tree, sums);
  const isLandmark = findLandmarks(tree, sums);
  const alias = findAliases(tree, sums);
  const settled = new Uint32Array(tree.count);
  const next = new SignatureTree();
  const key = next.labels.numberOf(LABEL.key);
  const landmark = next.labels.numberOf('');
  for (let signature = 1; signature < tree.count; signature++) {
    const parent = tree.parent(signature);
    const text = tree.labels.get(tree.label(signature));
    const label = isDictionary[parent] === 1 && text.startsWith(PROPERTY) ? key : next.labels.numberOf(text);
    if (alias[signature]! >= 0) {
      settled[signature] = settled[alias[signature]!]!;
      continue;
    }
    const klass = next.classes.numberOf(tree.classes.get(tree.class(signature)));
    settled[signature] =
      isLandmark[tree.class(signature)] === 1
        ? next.child(SignatureTree.root, landmark, klass)
        : next.child(settled[parent]!, label, klass);
    if (tree.isChain(signature)) next.markChain(settled[signature]!);
  }
  return { tree: next, sums: sums.map((sum) => resettle(sum, settled, next.count)), settled };
}

/** A class with no more instances than this in every snapshot is part of the program's structure, not data. */
const LANDMARKS = 2;
const OF_PROTOTYPES = new Set([`${PROPERTY}prototype`, `${PROPERTY}__proto__`]);
const ANYTHING = new Set(['Object', 'Array', 'Map', 'Set', 'WeakMap', 'Promise', CLOSURE_PREFIX]);

function findLandmarks(tree: SignatureTree, sums: readonly SignatureSums[]): Uint8Array {
  const isLandmark = new Uint8Array(tree.classes.count).fill(1);
  for (const { count } of sums) {
    const perClass = new Float64Array(tree.classes.count);
    for (let signature = 0; signature < count.length; signature++) {
      const klass = tree.class(signature);
      perClass[klass] = perClass[klass]! + count[signature]!;
    }
    perClass.forEach((total, klass) => {
      if (total > LANDMARKS) isLandmark[klass] = 0;
    });
  }
  // Two caches at fixed places are different caches with different contents.
  const lasting = new Uint8Array(tree.classes.count);
  for (let signature = 1; signature < tree.count; signature++) {
    const klass = tree.class(signature);
    if (isLandmark[klass] === 0 || OF_PROTOTYPES.has(tree.labels.get(tree.label(signature)))) continue;
    if (!sums.every(({ count }) => (count[signature] ?? 0) > 0)) continue;
    lasting[klass] = lasting[klass]! + 1;
    if (lasting[klass]! > 1) isLandmark[klass] = 0;
  }
  for (let klass = 0; klass < isLandmark.length; klass++) {
    const name = tree.classes.get(klass);
    if (isEngineClass(name) || ANYTHING.has(name)) isLandmark[klass] = 0;
  }
  return isLandmark;
}

function findDictionaries(tree: SignatureTree, sums: readonly SignatureSums[]): Uint8Array {
  const newNames = new Uint32Array(tree.count);
  const isDictionary = new Uint8Array(tree.count);
  const first = sums[0]!;
  const last = sums[sums.length - 1]!;
  for (let signature = 1; signature < tree.count; signature++) {
    const label = tree.labels.get(tree.label(signature));
    const parent = tree.parent(signature);
    if (label === LABEL.key) isDictionary[parent] = 1;
    if (!label.startsWith(PROPERTY)) continue;
    if (isDataKey(label.slice(PROPERTY.length)) && tree.classes.get(tree.class(parent)) === 'Object')
      isDictionary[parent] = 1;
    const isNew = (first.count[signature] ?? 0) === 0 && (last.count[signature] ?? 0) > 0;
    // A new object comes with its fields. Only an object that existed before gains keys.
    if (isNew && (parent === SignatureTree.root || (first.count[parent] ?? 0) > 0)) {
      newNames[parent] = newNames[parent]! + 1;
      if (newNames[parent]! >= NEW_NAMES) isDictionary[parent] = 1;
    }
  }
  return isDictionary;
}

function resettle(sums: SignatureSums, settled: Uint32Array, signatures: number): SignatureSums {
  const count = new Float64Array(signatures);
  const bytes = new Float64Array(signatures);
  for (let signature = 0; signature < sums.count.length; signature++) {
    const to = settled[signature]!;
    count[to] = count[to]! + sums.count[signature]!;
    bytes[to] = bytes[to]! + sums.bytes[signature]!;
  }
  return { ...sums, count, bytes };
}
