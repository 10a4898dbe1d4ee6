import type { SnapshotLayout } from './snapshot-layout.ts';
import type { StringTable } from './string-table.ts';

/**
 * A heap snapshot in memory: one column a field, nodes numbered by their place in the file (ordinals; the root is 0),
 * the edges of node v at firstEdge[v] up to firstEdge[v + 1]. Types are canonical (NODE, EDGE).
 */
export interface HeapGraph {
  readonly layout: SnapshotLayout;
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly nodeType: Uint8Array;
  /** Index into `strings`. */
  readonly nodeName: Uint32Array;
  /** Heap objects have odd ids that rise with time; native nodes even ones in no order. */
  readonly nodeId: Uint32Array;
  /** Saturates at 4 GB: a larger single object is not represented. */
  readonly selfSize: Uint32Array;
  /** 0 unknown, 1 attached, 2 detached. */
  readonly detachedness: Uint8Array;
  readonly firstEdge: Uint32Array;
  readonly edgeType: Uint8Array;
  /** Index into `strings`, for `element` and `hidden` edges the number itself. */
  readonly edgeName: Uint32Array;
  readonly edgeTo: Uint32Array;
  readonly strings: StringTable;
  readonly locations: LocationRows;
  /** Where in the uncompressed file the bytes of the first string begin, after the bracket of the section. */
  readonly stringsOffset: number;
  /** What was missing, as text; empty for a whole file. */
  readonly damage: readonly string[];
}

/**
 * Source locations of functions and similar objects: row i is values[4 i] (node), then script id, zero-based line and
 * column.
 */
export interface LocationRows {
  readonly count: number;
  readonly values: Uint32Array;
}
