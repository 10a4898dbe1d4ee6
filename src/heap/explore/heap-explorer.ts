import { isFunctionClass } from '../../model/class-name.ts';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import {
  type DominatedList,
  type HeapObject,
  type HeapOverview,
  type ObjectDetails,
  type ObjectList,
  type ObjectOrder,
  type PackageRow,
  type ReferenceList,
  type RepeatedStrings,
  ROWS_A_PAGE,
  type StringHolder,
} from '../../model/heap-answers.ts';
import type { AnalysedGraph } from '../analyse-graph.ts';
import { countCopies, type StringCopies } from '../duplicate-strings.ts';
import { findById } from '../paths/find-nodes.ts';
import { NODE_TYPE_NAMES } from '../snapshot-layout.ts';
import { isSystemClass } from '../summarise-graph.ts';
import { nodeWords } from '../words/node-words.ts';
import { SourceLocations } from '../words/source-locations.ts';
import type { EarlierSnapshot } from './earlier-snapshot.ts';
import { charactersOf, valueOfNode } from './node-values.ts';
import { numberTest } from './number-test.ts';
import { ObjectRows } from './object-rows.ts';
import { assignPackages, type PackageTable, sumPackages } from './packages.ts';
import { parseQuery } from './parse-query.ts';
import { fieldsOf, retainersOf } from './references.ts';
import { repeatedStrings, stringHolders } from './repeated-strings.ts';
import { TopOf } from './top-of.ts';

const MOST_DOMINATORS = 24;

/** The requested part of a list. */
export interface ListPage {
  readonly from: number;
  readonly most?: number;
}

/**
 * One snapshot that a user explores. Results that many queries share are calculated once, on first use. A query itself scans
 * columns and keeps nothing, so memory stays that of the graph.
 */
export class HeapExplorer {
  readonly #analysed: AnalysedGraph;
  readonly #salt: number;
  #locations: SourceLocations | null = null;
  #packages: PackageTable | null = null;
  #rows: ObjectRows | null = null;
  #copies: StringCopies | null = null;

  /** @param salt for the fingerprints of texts */
  constructor(analysed: AnalysedGraph, salt: number = 0) {
    this.#analysed = analysed;
    this.#salt = salt;
  }

  /** Calculates one shared result ahead of time; false if none is left. */
  prepareNext(): boolean {
    if (!this.#locations) this.#locations = new SourceLocations(this.#analysed.graph);
    else if (!this.#packages) this.#table();
    else if (!this.#copies) this.#copiesOfStrings();
    else return false;
    return true;
  }

  overview(): HeapOverview {
    const { graph, sizes, aggregates } = this.#analysed;
    const totalBytes = sizes.retained[0] ?? 0;
    const system = aggregates.filter(isSystemClass).reduce((sum, { shallowBytes }) => sum + shallowBytes, 0);
    return {
      nodes: graph.nodeCount,
      edges: graph.edgeCount,
      totalBytes,
      systemShare: totalBytes === 0 ? 0 : system / totalBytes,
      classes: aggregates,
      damage: graph.damage,
    };
  }

  packages(): PackageRow[] {
    return sumPackages(this.#analysed, this.#table());
  }

  objects(text: string, order: ObjectOrder, page: ListPage): ObjectList {
    const holds = numberTest(this.#analysed, () => this.#table(), parseQuery(text));
    return this.#list(order, page, holds);
  }

  object(id: number, from: number, values: boolean): ObjectDetails {
    const { graph } = this.#analysed;
    const node = this.nodeOf(id);
    const rows = this.#objectRows();
    const chain = this.#dominatorsOf(rows.numberOf(node));
    const shown = chain.slice(-MOST_DOMINATORS);
    return {
      ...rows.ofNode(node),
      type: NODE_TYPE_NAMES[graph.nodeType[node]!] ?? 'other',
      location: this.#places().locate(node),
      value: values ? valueOfNode(graph, node) : null,
      characters: charactersOf(graph, node),
      fields: fieldsOf(graph, rows, node, from, values),
      dominators: shown.map((number) => rows.ofNumber(number)),
      dominatorsLeftOut: chain.length - shown.length,
    };
  }

  retainers(id: number, from: number, values: boolean): ReferenceList {
    return retainersOf(this.#analysed.graph, this.#objectRows(), this.nodeOf(id), from, values);
  }

  /** What an object alone retains, directly: its children in the dominator tree. Null: of the roots. */
  dominated(id: number | null, from: number): DominatedList {
    const { numberAt, subtreeEnd, retained } = this.#analysed.sizes;
    const rows = this.#objectRows();
    const parent = id === null ? 0 : numberAt.indexOf(rows.numberOf(this.nodeOf(id)));
    const top = new TopOf(from + ROWS_A_PAGE, (number) => retained[number]!);
    let count = 0;
    let bytes = 0;
    for (let place = parent + 1; place < subtreeEnd[parent]!; place = subtreeEnd[place]!) {
      top.offer(numberAt[place]!);
      count++;
      bytes += this.#analysed.numbered.shallow[numberAt[place]!]!;
    }
    const objects = top.items.slice(from).map((number) => rows.ofNumber(number));
    return { of: id === null ? null : rows.ofNumber(numberAt[parent]!), count, shallowBytes: bytes, from, objects };
  }

  strings(from: number, values: boolean): RepeatedStrings {
    return repeatedStrings(this.#analysed.graph, this.#copiesOfStrings(), { from, values, salt: this.#salt });
  }

  stringHolders(text: number, values: boolean): StringHolder[] {
    const rows = this.#objectRows();
    return stringHolders(this.#analysed.graph, this.#analysed.numbered, (node) => rows.numberOf(node), text, values);
  }

  /** Objects of a class that are new since the earlier snapshot, or gone since then. */
  changedObjects(earlier: EarlierSnapshot, name: string, side: 'new' | 'gone', from: number): ObjectList {
    const { graph, numbered, sizes } = this.#analysed;
    const before = earlier.objectsOf(name);
    const wanted = numbered.classNames.indexOf(name);
    if (side === 'new') {
      return this.#list(
        'retained',
        { from },
        (number) => numbered.classOf[number] === wanted && !before.has(graph.nodeId[sizes.nodeAt[number]!]!),
      );
    }
    for (let number = 0; number < sizes.nodeAt.length; number++)
      if (numbered.classOf[number] === wanted) before.delete(graph.nodeId[sizes.nodeAt[number]!]!);
    const gone = [...before].sort(([, a], [, b]) => b - a);
    return {
      count: gone.length,
      shallowBytes: gone.reduce((sum, [, bytes]) => sum + bytes, 0),
      from,
      objects: gone.slice(from, from + ROWS_A_PAGE).map(([id, bytes]) => goneObject(id, name, bytes)),
    };
  }

  /** The objects of a class that an object alone keeps; where it shares them with others, all of the class. */
  heldObjects(name: string, holder: number, from: number): ObjectList {
    const { graph, numbered, sizes } = this.#analysed;
    const wanted = numbered.classNames.indexOf(classOfWords(name));
    const isMeant = (number: number): boolean =>
      numbered.classOf[number] === wanted &&
      (numbered.classNames[wanted] === name || nodeWords(graph, sizes.nodeAt[number]!) === name);
    const node = findById(this.#analysed.graph, holder);
    const place = node < 0 ? 0 : sizes.numberAt.indexOf(this.#objectRows().numberOf(node));
    const isUnder = new Uint8Array(sizes.nodeAt.length);
    for (let at = place; at < sizes.subtreeEnd[place]!; at++) isUnder[sizes.numberAt[at]!] = 1;
    const held = this.#list('retained', { from }, (number) => isUnder[number] === 1 && isMeant(number));
    return held.count > 0 ? held : this.#list('retained', { from }, isMeant);
  }

  #list(order: ObjectOrder, { from, most = ROWS_A_PAGE }: ListPage, holds: (number: number) => boolean): ObjectList {
    const { graph, numbered, sizes } = this.#analysed;
    const { shallow } = numbered;
    const weight: Readonly<Record<ObjectOrder, (number: number) => number>> = {
      retained: (number) => sizes.retained[number]!,
      shallow: (number) => shallow[number]!,
      id: (number) => graph.nodeId[sizes.nodeAt[number]!]!,
    };
    const top = new TopOf(from + most, weight[order]);
    let count = 0;
    let shallowBytes = 0;
    for (let number = 0; number < shallow.length; number++) {
      if (!holds(number)) continue;
      count++;
      shallowBytes += shallow[number]!;
      top.offer(number);
    }
    const rows = this.#objectRows();
    return { count, shallowBytes, from, objects: top.items.slice(from).map((number) => rows.ofNumber(number)) };
  }

  /** Numbers of the dominators of an object, from below the root down. */
  #dominatorsOf(number: number): number[] {
    const { numberAt, subtreeEnd } = this.#analysed.sizes;
    const place = numberAt.indexOf(number);
    const chain: number[] = [];
    for (let at = place - 1; at > 0; at--) if (subtreeEnd[at]! > place) chain.push(numberAt[at]!);
    return chain.reverse();
  }

  /** The node with an id. Throws a ProfilerError (exit 2) where there is none. */
  nodeOf(id: number): number {
    const node = findById(this.#analysed.graph, id);
    if (node >= 0) return node;
    const hint = '`profiler heap query FILE EXPR` lists objects with their ids.';
    throw new ProfilerError('not-in-snapshot', EXIT.usage, `There is no object @${id} in this snapshot.`, hint);
  }

  #places(): SourceLocations {
    this.#locations ??= new SourceLocations(this.#analysed.graph);
    return this.#locations;
  }

  #table(): PackageTable {
    this.#packages ??= assignPackages(this.#analysed, this.#places());
    return this.#packages;
  }

  #objectRows(): ObjectRows {
    this.#rows ??= new ObjectRows(this.#analysed, this.#table(), this.#places());
    return this.#rows;
  }

  #copiesOfStrings(): StringCopies {
    this.#copies ??= countCopies(this.#analysed.graph);
    return this.#copies;
  }
}

/** Suspects are named more closely than their class: `Object {at}`, `closure handle`. */
function classOfWords(words: string): string {
  return isFunctionClass(words) ? 'Function' : words.replace(/^Object \{.*$/s, 'Object');
}

function goneObject(id: number, name: string, shallowBytes: number): HeapObject {
  return { id, words: name, class: name, shallowBytes, retainedBytes: null, package: '' };
}
