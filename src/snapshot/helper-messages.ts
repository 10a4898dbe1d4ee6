import type { ClassTable } from '../heap/class-table.ts';
import type { EdgeColumns } from '../heap/edge-section.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import type { SnapshotLayout } from '../heap/snapshot-layout.ts';
import type { StringColumns } from '../heap/string-table.ts';
import type { Bytes } from '../model/units.ts';

/** What the two threads tell each other while they read one file, in shared memory. All offsets are bytes of the file. */
export interface Meeting {
  /** [0]: where the helper begins; 0 while that is open, -1 when it will not. [1]: how far the first thread came. */
  readonly offsets: BigInt64Array;
}

/** A graph as it crosses threads: its strings as columns. */
export type SharedGraph = Omit<HeapGraph, 'strings'> & { readonly strings: StringColumns };

export type HelperRequest =
  | {
      readonly type: 'read-tail';
      readonly file: string;
      readonly sizeBytes: Bytes;
      readonly layout: SnapshotLayout;
      readonly nodesOffset: number;
      readonly edges: EdgeColumns;
      readonly meeting: Meeting;
    }
  | { readonly type: 'sizes-and-classes'; readonly graph: SharedGraph };

export type HelperAnswer =
  | { readonly type: 'tail'; readonly tail: ParsedTail | null }
  | { readonly type: 'sizes-and-classes'; readonly shallow: Uint32Array; readonly classes: ClassTable };
