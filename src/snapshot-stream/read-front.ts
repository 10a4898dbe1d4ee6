import type { EdgeColumns } from '../heap/edge-section.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import type { SnapshotLayout } from '../heap/snapshot-layout.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import type { Bytes } from '../model/units.ts';
import { loadScanner } from './load-scanner.ts';
import { SequentialReader } from './sequential-reader.ts';

/** What the two threads tell each other while they read one file, in shared memory. All offsets are bytes of the file. */
export interface Meeting {
  /** [0]: where the tail begins; 0 while that is open, -1 when there will be none. [1]: how far the front came. */
  readonly offsets: BigInt64Array;
}

/** What whoever reads the tail must know of the beginning of the file. */
export interface FrontStart {
  readonly layout: SnapshotLayout;
  readonly edges: EdgeColumns;
  readonly nodesOffset: Bytes;
}

/** Room for edges more than there are, as a share: where those of the tail belong is an estimate first. */
export const SPARE_EDGES_SHARE = 0.1;

/**
 * Reads a file from its beginning to where another thread began: that one says so while this one reads. Where it takes
 * no part (a layout that cannot be cut), the front goes on to the end of the file.
 */
export class FrontReader {
  /** Null if the file does not begin as it should. */
  readonly start: FrontStart | null;
  private readonly parser: SnapshotParser;
  private readonly reader: SequentialReader;
  private readonly offsets: BigInt64Array;
  /** False after damage, and where the front came further than to where the tail begins. */
  private isSound = true;
  private toPlace: ParsedTail | null = null;

  /** Throws if the file cannot be opened or is damaged. */
  constructor(file: string, sizeBytes: Bytes, meeting: Meeting) {
    const scanner = loadScanner();
    this.parser = new SnapshotParser({ scanner, sizeBytes, spareEdgesShare: SPARE_EDGES_SHARE });
    this.reader = new SequentialReader(file, 0, scanner, this.parser);
    this.offsets = meeting.offsets;
    this.reader.read();
    this.start = this.parser.started;
  }

  readToMeeting(): void {
    try {
      this.isSound = this.start !== null && this.readOn();
    } catch {
      this.isSound = false;
    }
  }

  /** False if it came further than to where the tail begins. */
  private readOn(): boolean {
    const { reader, offsets } = this;
    for (;;) {
      // Says how far this window will go before it looks where the tail begins: either it sees that, or the tail sees this.
      Atomics.store(offsets, 1, BigInt(reader.offset + reader.windowBytes));
      const meetAt = Number(Atomics.load(offsets, 0));
      if (meetAt === reader.offset) return true;
      if (meetAt > 0 && meetAt < reader.offset) return false;
      if (!reader.read(meetAt > 0 ? meetAt - reader.offset : reader.windowBytes)) return true;
    }
  }

  /**
   * The graph; null if it must be read again: a tail that does not fit may have been written over rows of the front.
   * Its edges are all there only after `place`. Throws if the file is damaged.
   */
  finish(tail: ParsedTail | null): HeapGraph | null {
    if (!this.isSound) return null;
    if (tail || Atomics.load(this.offsets, 0) > 0n) {
      this.toPlace = tail;
      return tail && this.parser.endWithTail(tail);
    }
    while (this.reader.read());
    return this.parser.end();
  }

  place(): void {
    if (this.toPlace) this.parser.placeTail(this.toPlace);
    this.toPlace = null;
  }

  close(): void {
    this.reader.close();
  }
}
