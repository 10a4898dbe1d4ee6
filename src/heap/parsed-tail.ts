import type { LocationRows } from './heap-graph.ts';
import type { StringColumns } from './string-table.ts';

/** What a second thread read of a file, from a row in the middle of the edges to the end. All on shared memory. */
export interface ParsedTail {
  /** Rows of edges, which stand in the shared columns from `firstRow` on and may have to move. */
  readonly firstRow: number;
  readonly edgeRows: number;
  readonly locations: LocationRows;
  readonly strings: StringColumns;
  readonly stringsOffset: number;
  /** The file was whole from there on. */
  readonly isWhole: boolean;
}
