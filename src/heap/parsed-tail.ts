import type { LocationRows } from './heap-graph.ts';
import type { StringColumns } from './string-table.ts';

/** Rows of edges that stand in the shared columns from `firstRow` on and may have to move down. */
export interface EdgePiece {
  readonly firstRow: number;
  readonly rows: number;
}

/** What a second thread read of a file, from a row in the middle of the edges to the end. All on shared memory. */
export interface ParsedTail {
  /** In the order of the file; nothing is missing between them. */
  readonly pieces: readonly EdgePiece[];
  readonly locations: LocationRows;
  readonly strings: StringColumns;
  readonly stringsOffset: number;
  /** The file was whole from there on. */
  readonly isWhole: boolean;
}
