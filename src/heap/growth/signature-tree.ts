import { Names } from './names.ts';
import { PairTable } from './pair-table.ts';

/** The longest cycle of steps that is recognised: reaction -> closure -> context -> promise -> reaction is four. */
const LONGEST_CYCLE = 6;
const DEEPEST = 150;
const MOST_SIGNATURES = 2_000_000;

/**
 * All retaining signatures met, as a tree that several snapshots share. A signature is a path of steps from the root; a
 * step is an edge label without index or key, and the class it leads to. Objects with the same signature are
 * "the same place" of two snapshots, whatever their ids.
 *
 * Lists would make signatures as long as the list. So when the last k steps repeat the k before them, the new object
 * gets the signature of the one k steps up: a chain of any length has one signature (two with its first link).
 */
export class SignatureTree {
  readonly labels: Names = new Names();
  readonly classes: Names = new Names();
  private readonly stepNumbers = new PairTable();
  private readonly stepLabel: number[] = [0];
  private readonly stepClass: number[] = [0];
  private readonly childNumbers = new PairTable(1 << 16);
  private parents = new Int32Array(1 << 14);
  private steps = new Int32Array(1 << 14);
  private depths = new Uint8Array(1 << 14);
  /** 1 if a longer path was folded onto the signature: it stands for a chain. */
  private folds = new Uint8Array(1 << 14);
  count = 1;

  /** Signature of the root. */
  static readonly root = 0;

  parent(signature: number): number {
    return this.parents[signature]!;
  }

  label(signature: number): number {
    return this.stepLabel[this.steps[signature]!]!;
  }

  class(signature: number): number {
    return this.stepClass[this.steps[signature]!]!;
  }

  isChain(signature: number): boolean {
    return this.folds[signature] === 1;
  }

  markChain(signature: number): void {
    this.folds[signature] = 1;
  }

  /** The signature one step below `parent`: made, or folded onto one further up, when it is met for the first time. */
  child(parent: number, label: number, klass: number): number {
    let step = this.stepNumbers.get(label, klass);
    if (step < 0) {
      step = this.stepLabel.length;
      this.stepLabel.push(label);
      this.stepClass.push(klass);
      this.stepNumbers.add(label, klass, step);
    }
    const known = this.childNumbers.get(parent, step);
    if (known >= 0) return known;
    const folded = this.fold(parent, step);
    const signature = folded >= 0 ? folded : this.make(parent, step);
    if (folded >= 0) this.folds[folded] = 1;
    this.childNumbers.add(parent, step, signature);
    return signature;
  }

  private make(parent: number, step: number): number {
    if (this.count === this.parents.length) this.grow();
    const signature = this.count++;
    this.parents[signature] = parent;
    this.steps[signature] = step;
    this.depths[signature] = Math.min(DEEPEST, this.depths[parent]! + 1);
    return signature;
  }

  private fold(parent: number, step: number): number {
    if (this.depths[parent]! >= DEEPEST || this.count >= MOST_SIGNATURES) return parent;
    const recent = [step];
    for (let at = parent; at !== 0 && recent.length < LONGEST_CYCLE * 2; at = this.parents[at]!) {
      recent.push(this.steps[at]!);
    }
    let up = parent;
    for (let cycle = 1; cycle <= LONGEST_CYCLE && cycle * 2 <= recent.length; cycle++) {
      if (repeats(recent, cycle)) return up;
      up = this.parents[up]!;
    }
    return this.isBranching(parent, step) ? parent : -1;
  }

  /** A tree of one class (left, right, left, …) has no cycle of equal steps: three of the class in a row fold too. */
  private isBranching(parent: number, step: number): boolean {
    const klass = this.stepClass[step]!;
    const above = this.parents[parent]!;
    if (this.class(parent) !== klass || this.class(above) !== klass || above === 0) return false;
    const name = this.classes.get(klass);
    return name !== 'Object' && name !== 'Array' && !name.startsWith('system / ');
  }

  private grow(): void {
    const length = this.parents.length * 2;
    this.parents = extended(this.parents, new Int32Array(length));
    this.steps = extended(this.steps, new Int32Array(length));
    this.depths = extended(this.depths, new Uint8Array(length));
    this.folds = extended(this.folds, new Uint8Array(length));
  }
}

function repeats(steps: readonly number[], cycle: number): boolean {
  for (let at = 0; at < cycle; at++) if (steps[at] !== steps[at + cycle]) return false;
  return true;
}

function extended<Values extends Int32Array | Uint8Array>(values: Values, target: Values): Values {
  target.set(values);
  return target;
}
