import type { ClassGrowth, HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import type { ScriptNames } from '../../model/original-names.ts';
import type { Bytes } from '../../model/units.ts';
import type { ClassAggregate } from '../aggregate-classes.ts';
import { TRUSTED_IDS } from '../class-changes.ts';
import type { HeapGraph } from '../heap-graph.ts';
import { findPools } from '../pools/find-pools.ts';
import { poolSeries, type SignedPool, signPools } from '../pools/pool-series.ts';
import type { WeakMapEdges } from '../weak-map-edges.ts';
import { Scopes } from '../words/scopes.ts';
import { SourceLocations } from '../words/source-locations.ts';
import { countSurvivors, describeSuspect, membersOf } from './describe-suspect.ts';
import { findGrowingPlaces, gain, seriesOf } from './find-anchors.ts';
import { type IdClasses, sampleIdClasses, samplingStep, shareOfSameClass } from './ids.ts';
import { joinSiblings } from './join-siblings.ts';
import { keepSuspects } from './keep-suspects.ts';
import { mergeByHolder } from './merge-suspects.ts';
import { createClassNumbers } from './node-classes.ts';
import { settleSignatures } from './settle-signatures.ts';
import { type SignatureSums, sumBySignature } from './signature-sums.ts';
import { SignatureTree } from './signature-tree.ts';
import { buildSpanningTree, type SpanningTree } from './spanning-tree.ts';
import { type SuspectSeries, seriesOfSuspects } from './suspect-series.ts';

export interface SnapshotOrigin {
  readonly file: string;
  readonly fileBytes: Bytes;
  /** Object ids compare between snapshots of one epoch; null if unknown. */
  readonly idEpoch: string | null;
  /** Requests answered in all when it was taken; null if not counted. */
  readonly requests: number | null;
  /** It was taken with the values of numbers: see `hideNumbers`. */
  readonly hasNumbers?: boolean;
}

interface Taken {
  readonly origin: SnapshotOrigin;
  readonly nodes: number;
  readonly edges: number;
  readonly sums: SignatureSums;
  readonly pools: readonly SignedPool[];
}

interface Latest {
  readonly graph: HeapGraph;
  readonly spanning: SpanningTree;
  readonly idClasses: IdClasses | null;
}

/** Smaller growth is not worth a look, and the engine's own noise is of that size. */
const LEAST_BYTES = 2_000;

/**
 * Growth over two or more snapshots in order: `add` each, then `finish`. Of all but the last only sums by signature are
 * kept, so the memory needed is that of one graph.
 */
export class GrowthMeasure {
  private readonly tree = new SignatureTree();
  private readonly taken: Taken[] = [];
  private latest: Latest | null = null;
  /** Smallest share of common ids that kept their class, over the intervals of unknown origin. */
  private sameClass = 1;
  private idsRefused: string | null = null;
  private idStep: number | null = null;

  add(graph: HeapGraph, weakMaps: WeakMapEdges, origin: SnapshotOrigin): void {
    const spanning = buildSpanningTree(graph, weakMaps, this.tree);
    const idClasses = this.compareIds(graph, origin);
    this.taken.push({
      origin,
      nodes: graph.nodeCount,
      edges: graph.edgeCount,
      sums: sumBySignature(graph, spanning, this.tree),
      pools: signPools(findPools(graph), spanning),
    });
    this.latest = { graph, spanning, idClasses };
  }

  private compareIds(graph: HeapGraph, origin: SnapshotOrigin): IdClasses | null {
    const before = this.taken.at(-1);
    const known = origin.idEpoch !== null;
    if (before && known !== (before.origin.idEpoch !== null))
      this.idsRefused ??= 'the origin of some snapshots is unknown';
    if (before && known && origin.idEpoch !== before.origin.idEpoch) {
      this.idsRefused ??= 'object ids changed between the snapshots';
    }
    if (known || this.idsRefused !== null) return null;
    this.idStep ??= samplingStep(graph.nodeCount);
    const idClasses = sampleIdClasses(graph, createClassNumbers(graph, this.tree.classes), this.idStep);
    const previous = this.latest?.idClasses;
    if (previous) {
      const share = shareOfSameClass(previous, idClasses) ?? 0;
      this.sameClass = Math.min(this.sameClass, share);
      if (share < TRUSTED_IDS) {
        this.idsRefused = `only ${Math.floor(share * 1000) / 10} % of the common object ids keep their class`;
      }
    }
    return idClasses;
  }

  /**
   * At least two snapshots must have been added.
   *
   * @param classes the classes of each, in order
   * @param scripts what is known of the scripts of the program
   */
  finish(classes: readonly (readonly ClassAggregate[])[], scripts: readonly ScriptNames[] = []): HeapGrowth {
    const { taken, latest } = this;
    if (!latest || taken.length < 2) throw new Error('growth needs two snapshots');
    const { tree, sums, settled } = settleSignatures(
      this.tree,
      taken.map((snapshot) => snapshot.sums),
    );
    const series = seriesOf(tree, sums);
    const requests = taken.map(({ origin }) => origin.requests);
    const found = seriesOfSuspects(series, findGrowingPlaces(series, LEAST_BYTES));
    const growthBytes = gain(sums.map((sum) => sum.totalBytes));
    const kept = keepSuspects(series, joinSiblings(series, found), requests, growthBytes);
    const byIds = this.idsRefused === null;
    const locations = new SourceLocations(latest.graph);
    const words = { locations, scopes: new Scopes(latest.graph, locations, latest.spanning.exported, scripts) };
    return {
      comparison: byIds ? 'ids' : 'class-and-signature',
      comparisonReason: this.comparisonReason(),
      snapshots: taken.map(({ origin, nodes, edges, sums: own }) => ({
        file: origin.file,
        nodes,
        edges,
        bytes: origin.fileBytes,
        totalShallowBytes: own.totalBytes,
      })),
      requests,
      growthBytes,
      classes: classGrowth(classes),
      suspects: this.describe(kept, { series, settled, latest, byIds, requests, growthBytes, ...words }),
      pools: poolSeries(
        taken.map(({ pools }) => pools),
        { ...latest, ...words, tree, settled },
      ),
    };
  }

  private comparisonReason(): string {
    if (this.idsRefused !== null) return `${this.idsRefused}: compared by class and retaining signature`;
    const known = this.taken[0]!.origin.idEpoch !== null;
    return known
      ? 'object ids did not change between the snapshots: survivors are identified by them'
      : `${Math.floor(this.sameClass * 1000) / 10} % of the common object ids keep their class: survivors are identified by them`;
  }

  /** The last two snapshots may be of one epoch where those before were not. */
  private idsCompareAtLast(byIds: boolean): boolean {
    const [before, last] = this.taken.slice(-2).map(({ origin }) => origin.idEpoch);
    return byIds || (before !== null && before !== undefined && before === last);
  }

  private describe(
    kept: readonly SuspectSeries[],
    context: {
      series: ReturnType<typeof seriesOf>;
      settled: Uint32Array;
      latest: Latest;
      byIds: boolean;
      requests: readonly (number | null)[];
      growthBytes: number;
      locations: SourceLocations;
      scopes: Scopes;
    },
  ): HeapSuspect[] {
    const highestIds = context.byIds ? this.taken.map(({ sums }) => sums.highestId) : null;
    const total = Math.max(
      context.growthBytes,
      kept.reduce((sum, suspect) => sum + Math.max(0, gain(suspect.bytes)), 0),
    );
    const hasNumbers = this.taken.at(-1)?.origin.hasNumbers ?? false;
    const newestOldId = this.idsCompareAtLast(context.byIds) ? this.taken.at(-2)?.sums.highestId : undefined;
    const places = { ...context.latest, settled: context.settled };
    const members = membersOf(kept, places);
    const survivors = newestOldId === undefined ? null : countSurvivors(kept, places, newestOldId);
    const shared = { ...context, ...context.latest, highestIds, survivors, growthBytes: total, members, hasNumbers };
    const described = kept.map((suspect) => describeSuspect(suspect, shared));
    return mergeByHolder(described.filter((suspect) => suspect !== null));
  }
}

function classGrowth(rows: readonly (readonly ClassAggregate[])[]): ClassGrowth[] {
  const names = new Set(rows.flatMap((row) => row.map((aggregate) => aggregate.class)));
  const maps = rows.map((row) => new Map(row.map((aggregate) => [aggregate.class, aggregate])));
  return [...names]
    .map((name) => ({
      class: name,
      counts: maps.map((map) => map.get(name)?.count ?? 0),
      shallowBytes: maps.map((map) => map.get(name)?.shallowBytes ?? 0),
      retainedBytes: maps.map((map) => map.get(name)?.retainedBytes ?? 0),
    }))
    .sort((a, b) => gain(b.retainedBytes) - gain(a.retainedBytes));
}
