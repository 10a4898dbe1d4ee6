import type { HeapObject } from '../../model/heap-answers.ts';
import type { AnalysedGraph } from '../analyse-graph.ts';
import { nodeWords } from '../words/node-words.ts';
import { Originals } from '../words/originals.ts';
import type { SourceLocations } from '../words/source-locations.ts';
import type { PackageTable } from './packages.ts';

/** Objects as the explorer lists them, by their number in the dominator tree. */
export class ObjectRows {
  readonly #analysed: AnalysedGraph;
  readonly #packages: PackageTable;
  readonly #originals: Originals;

  constructor(analysed: AnalysedGraph, packages: PackageTable, locations: SourceLocations) {
    this.#analysed = analysed;
    this.#packages = packages;
    this.#originals = new Originals(analysed.graph, locations, []);
  }

  ofNumber(number: number): HeapObject {
    const { graph, numbered, sizes } = this.#analysed;
    const node = sizes.nodeAt[number]!;
    return {
      id: graph.nodeId[node]!,
      words: nodeWords(graph, node, this.#originals),
      class: numbered.classNames[numbered.classOf[number]!]!,
      shallowBytes: numbered.shallow[number]!,
      retainedBytes: sizes.retained[number]!,
      package: this.#packages.names[this.#packages.packageOf[number]!]!,
    };
  }

  ofNode(node: number): HeapObject {
    return this.ofNumber(this.numberOf(node));
  }

  /** Numbers are found by a full scan: a few milliseconds in a heap of millions, and no memory. */
  numberOf(node: number): number {
    return this.#analysed.sizes.nodeAt.indexOf(node);
  }
}
