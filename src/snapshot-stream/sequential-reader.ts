import { closeSync, openSync, readSync } from 'node:fs';
import type { TextScanner } from '../heap/kernel/text-scanner.ts';
import type { SnapshotParser } from '../heap/snapshot-parser.ts';
import type { Bytes } from '../model/units.ts';

/**
 * A plain file from `offset` on, straight into the memory of the scanner that the parser uses: a window is read and
 * scanned while it is in the cache of the processor. Must be closed.
 */
export class SequentialReader {
  offset: Bytes;
  private readonly descriptor: number;
  private readonly room: Uint8Array;
  private readonly parser: SnapshotParser;

  constructor(file: string, offset: Bytes, scanner: TextScanner, parser: SnapshotParser) {
    this.descriptor = openSync(file, 'r');
    this.offset = offset;
    // As a Buffer, which finds a byte many at once, unlike a plain array: that is how sections are stepped over.
    this.room = Buffer.from(scanner.room.buffer, scanner.room.byteOffset, scanner.room.length);
    this.parser = parser;
  }

  /** How much one `read` takes. */
  get windowBytes(): Bytes {
    return this.room.length;
  }

  /** Reads at most so many bytes and parses them; false at the end of the file. Throws what the parser throws. */
  read(most: Bytes = this.windowBytes): boolean {
    const length = readSync(this.descriptor, this.room, 0, Math.min(most, this.windowBytes), this.offset);
    if (length === 0) return false;
    this.offset += length;
    this.parser.write(this.room.subarray(0, length));
    return true;
  }

  /** Leaves out the bytes up to there, which must be edges that the parser steps over. */
  stepTo(offset: Bytes): void {
    this.parser.stepOver(offset - this.offset);
    this.offset = offset;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
