import type { HeapChanges } from '../../model/heap-answers.ts';
import {
  type ClassChanges,
  classesOfSnapshot,
  findClassChanges,
  type IndexedSnapshot,
  indexedSnapshot,
  TRUSTED_IDS,
} from '../class-changes.ts';
import type { HeapGraph } from '../heap-graph.ts';

/** What is kept of the earlier one of two snapshots: enough to say which objects are new and which are gone. */
export class EarlierSnapshot {
  readonly #indexed: IndexedSnapshot;
  readonly #selfSize: Uint32Array;
  readonly #changes: ClassChanges;

  /** @param before read without its edges */
  constructor(before: HeapGraph, after: HeapGraph) {
    this.#indexed = indexedSnapshot(before);
    this.#selfSize = before.selfSize;
    this.#changes = findClassChanges(this.#indexed, classesOfSnapshot(after));
  }

  get changes(): HeapChanges {
    const { sameClass, classes } = this.#changes;
    return { byIds: sameClass !== null && sameClass >= TRUSTED_IDS, sameClass, classes };
  }

  /** The objects of a class, by id, with their shallow size. */
  objectsOf(name: string): Map<number, number> {
    const { names, classOf, nodeId } = this.#indexed;
    const wanted = names.indexOf(name);
    const found = new Map<number, number>();
    for (let node = 0; node < nodeId.length; node++)
      if (classOf[node] === wanted) found.set(nodeId[node]!, this.#selfSize[node]!);
    return found;
  }
}
