import type { Bytes, Share } from '../model/units.ts';
import type { ClassAggregate } from './aggregate-classes.ts';
import type { AnalysedGraph } from './analyse-graph.ts';
import { type BigObject, biggestDominators } from './biggest-dominators.ts';
import { type ClosureGroup, closuresByLocation } from './closures-by-location.ts';
import { type DuplicateStrings, findDuplicateStrings } from './duplicate-strings.ts';
import type { HeapGraph } from './heap-graph.ts';

/** What is there again and again. Needs no sizes that are retained, so it can be found while those are calculated. */
export interface Repetitions {
  readonly duplicateStrings: DuplicateStrings;
  readonly closures: readonly ClosureGroup[];
}

export interface HeapSummary extends Repetitions {
  readonly nodes: number;
  readonly edges: number;
  /** Sum of the sizes of all objects, and what native code says it keeps beside them. */
  readonly totalBytes: Bytes;
  readonly extraNativeBytes: Bytes;
  /** Share of compiled code, hidden classes and other parts of the engine. */
  readonly systemShare: Share;
  readonly constructors: readonly ClassAggregate[];
  readonly biggest: readonly BigObject[];
  /** What was missing of a damaged file. */
  readonly damage: readonly string[];
}

const SYSTEM = new Set(['(system)', '(compiled code)', '(object shape)', '(hidden)']);

/** How many biggest objects, repeated strings and places of closures a summary lists. */
export const MOST_LISTED = 20;

export function findRepetitions(graph: HeapGraph, most: number): Repetitions {
  return { duplicateStrings: findDuplicateStrings(graph, most), closures: closuresByLocation(graph, most) };
}

/** @param repetitions @param biggest where another thread has found them */
export function summariseGraph(
  analysed: AnalysedGraph,
  repetitions: Repetitions = findRepetitions(analysed.graph, MOST_LISTED),
  biggest: readonly BigObject[] = biggestDominators(analysed, MOST_LISTED),
): HeapSummary {
  const { graph, sizes, aggregates } = analysed;
  const totalBytes = graph.nodeCount === 0 ? 0 : sizes.retained[0]!;
  const system = aggregates.filter(isSystemClass).reduce((sum, { shallowBytes }) => sum + shallowBytes, 0);
  return {
    nodes: graph.nodeCount,
    edges: graph.edgeCount,
    totalBytes,
    extraNativeBytes: graph.layout.extraNativeBytes,
    systemShare: totalBytes === 0 ? 0 : system / totalBytes,
    constructors: aggregates,
    biggest,
    ...repetitions,
    damage: graph.damage,
  };
}

export function isSystemClass({ class: name }: ClassAggregate): boolean {
  return SYSTEM.has(name) || name.startsWith('system / ');
}
