import type { Bytes, Share } from '../model/units.ts';
import type { ClassAggregate } from './aggregate-classes.ts';
import type { AnalysedGraph } from './analyse-graph.ts';
import { type BigObject, biggestDominators } from './biggest-dominators.ts';
import { type ClosureGroup, closuresByLocation } from './closures-by-location.ts';
import { type DuplicateStrings, findDuplicateStrings } from './duplicate-strings.ts';

export interface HeapSummary {
  readonly nodes: number;
  readonly edges: number;
  /** Sum of the sizes of all objects, and what native code says it keeps beside them. */
  readonly totalBytes: Bytes;
  readonly extraNativeBytes: Bytes;
  /** Share of compiled code, hidden classes and other parts of the engine. */
  readonly systemShare: Share;
  readonly constructors: readonly ClassAggregate[];
  readonly biggest: readonly BigObject[];
  readonly duplicateStrings: DuplicateStrings;
  readonly closures: readonly ClosureGroup[];
  /** What was missing of a damaged file. */
  readonly damage: readonly string[];
}

const SYSTEM = new Set(['(system)', '(compiled code)', '(object shape)', '(hidden)']);

export function summariseGraph(analysed: AnalysedGraph, most = 20): HeapSummary {
  const { graph, sizes, aggregates } = analysed;
  const totalBytes = graph.nodeCount === 0 ? 0 : sizes.retained[0]!;
  const system = aggregates.filter(isSystem).reduce((sum, { shallowBytes }) => sum + shallowBytes, 0);
  return {
    nodes: graph.nodeCount,
    edges: graph.edgeCount,
    totalBytes,
    extraNativeBytes: graph.layout.extraNativeBytes,
    systemShare: totalBytes === 0 ? 0 : system / totalBytes,
    constructors: aggregates,
    biggest: biggestDominators(analysed, most),
    duplicateStrings: findDuplicateStrings(graph, most),
    closures: closuresByLocation(graph, most),
    damage: graph.damage,
  };
}

function isSystem({ class: name }: ClassAggregate): boolean {
  return SYSTEM.has(name) || name.startsWith('system / ');
}
