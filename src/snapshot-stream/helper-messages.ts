import type { ClassAggregate } from '../heap/aggregate-classes.ts';
import type { BigObject } from '../heap/biggest-dominators.ts';
import type { IndexedSnapshot } from '../heap/class-changes.ts';
import type { DominatorTree } from '../heap/dominators.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { NumberedNodes } from '../heap/number-nodes.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import type { RetainingPath } from '../heap/paths/path-finder.ts';
import type { RetainedSizes, TreeLayout } from '../heap/retained-sizes.ts';
import { type StringColumns, StringTable } from '../heap/string-table.ts';
import type { Repetitions } from '../heap/summarise-graph.ts';
import type { Bytes } from '../model/units.ts';
import type { FrontStart, Meeting } from './read-front.ts';
import type { Refusal } from './refusal.ts';

/** A graph as it crosses threads: its strings as columns. */
export type SharedGraph = Omit<HeapGraph, 'strings'> & { readonly strings: StringColumns };

/** A request and its answer have the same number. */
export interface Numbered<Body> {
  readonly id: number;
  readonly body: Body;
}

export type HelperRequest =
  | { readonly type: 'front'; readonly file: string; readonly sizeBytes: Bytes; readonly meeting: Meeting }
  | { readonly type: 'join'; readonly tail: ParsedTail | null }
  | { readonly type: 'placed' }
  | { readonly type: 'classes'; readonly file: string; readonly salvage: boolean }
  | { readonly type: 'size'; readonly graph: SharedGraph }
  | { readonly type: 'number'; readonly nodeAt: Uint32Array }
  | { readonly type: 'repetitions'; readonly graph: SharedGraph; readonly most: number }
  | { readonly type: 'lay-out'; readonly tree: DominatorTree }
  | {
      readonly type: 'biggest';
      readonly graph: SharedGraph;
      readonly numbered: NumberedNodes;
      readonly sizes: RetainedSizes;
      readonly most: number;
    }
  | { readonly type: 'aggregates'; readonly graph: SharedGraph }
  | { readonly type: 'prepare-paths'; readonly graph: SharedGraph }
  | { readonly type: 'path'; readonly node: number };

export type HelperAnswer =
  | { readonly type: 'front'; readonly start: FrontStart | null }
  | { readonly type: 'join'; readonly graph: SharedGraph | null }
  | { readonly type: 'placed' }
  | { readonly type: 'classes'; readonly snapshot: IndexedSnapshot | Refusal }
  | { readonly type: 'size' }
  | { readonly type: 'number'; readonly numbered: NumberedNodes }
  | { readonly type: 'lay-out'; readonly layout: TreeLayout }
  | { readonly type: 'biggest'; readonly biggest: readonly BigObject[] }
  | { readonly type: 'repetitions'; readonly repetitions: Repetitions }
  | { readonly type: 'aggregates'; readonly aggregates: readonly ClassAggregate[] }
  | { readonly type: 'prepare-paths' }
  | { readonly type: 'path'; readonly path: RetainingPath | null };

export function share(graph: HeapGraph): SharedGraph {
  return { ...graph, strings: graph.strings.columns };
}

export function graphOf(shared: SharedGraph): HeapGraph {
  return { ...shared, strings: new StringTable(shared.strings) };
}
