import type { TextScanner } from '../heap/kernel/text-scanner.ts';
import type { EdgePiece, ParsedTail } from '../heap/parsed-tail.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import type { Bytes, Share } from '../model/units.ts';
import { EdgeRows } from './edge-rows.ts';
import { loadScanner } from './load-scanner.ts';
import { type FrontStart, type Meeting, SPARE_EDGES_SHARE } from './read-front.ts';
import { SequentialReader } from './sequential-reader.ts';

/** The front should not come to a place before it is told of it: if it does, the file is read again. */
const AHEAD_BYTES = 4 << 20;
/** Strings are taken as they are: a byte of them costs so much of a byte of numbers. */
const STRINGS_COST: Share = 0.5;
/** So much of what is left goes to the front at first. Neither thread is twice as slow as the other. */
const FRONT_SHARE: Share = 0.62;
/** So little is not worth a second thread; so little between the two not another piece. */
const LEAST_EDGES: Share = 0.05;
const LEAST_PIECE_BYTES = 12 << 20;

/**
 * Reads the second part of a file, from a row in the middle of the edges on, while another thread reads the front; then
 * pieces before that as long as the front has much to go, since nobody can tell how fast two threads will be. Which rows
 * these are is not known before the front came there: they are put where they will belong by estimate, with room to spare,
 * and moved at the end. Null if the file cannot be cut, or the front has it read already.
 */
export function readTail(
  file: string,
  sizeBytes: Bytes,
  front: FrontStart,
  meeting: Meeting,
  onRead: (offset: Bytes) => void,
): ParsedTail | null {
  const rows = new EdgeRows(file, front.layout);
  try {
    const tail = new TailReader(file, sizeBytes, front, meeting, onRead);
    let begin = chooseBegin(rows, sizeBytes, front, tail.frontOffset);
    tail.meetAt(begin);
    if (!begin) return null;
    const read = tail.readToEnd(begin);
    const pieces = [...read.pieces];
    for (;;) {
      const before = chooseBefore(rows, begin, tail.frontOffset);
      if (!before) return { ...read, pieces };
      tail.meetAt(before);
      const piece = tail.readPiece(before, begin.offset);
      if (!piece) return null;
      pieces.unshift(piece);
      begin = before;
    }
  } catch {
    // Damage: whoever reads the file again says where it is.
    return null;
  } finally {
    rows.close();
  }
}

interface PieceBegin {
  readonly offset: Bytes;
  readonly firstRow: number;
}

class TailReader {
  private readonly scanner: TextScanner = loadScanner();
  private readonly file: string;
  private readonly sizeBytes: Bytes;
  private readonly front: FrontStart;
  private readonly offsets: BigInt64Array;
  private readonly onRead: (offset: Bytes) => void;

  constructor(
    file: string,
    sizeBytes: Bytes,
    front: FrontStart,
    { offsets }: Meeting,
    onRead: (offset: Bytes) => void,
  ) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.front = front;
    this.offsets = offsets;
    this.onRead = onRead;
  }

  get frontOffset(): Bytes {
    return Number(Atomics.load(this.offsets, 1));
  }

  meetAt(begin: PieceBegin | null): void {
    Atomics.store(this.offsets, 0, begin ? BigInt(begin.offset) : -1n);
  }

  readToEnd(begin: PieceBegin): ParsedTail {
    return this.read(begin, this.sizeBytes).takeTail(begin.firstRow);
  }

  readPiece(begin: PieceBegin, end: Bytes): EdgePiece | null {
    return this.read(begin, end).takePiece(begin.firstRow);
  }

  private read({ offset, firstRow }: PieceBegin, end: Bytes): SnapshotParser {
    const { scanner, sizeBytes, front } = this;
    const start = { layout: front.layout, columns: front.edges, offset, firstRow };
    const parser = new SnapshotParser({ scanner, sizeBytes }, start);
    const reader = new SequentialReader(this.file, offset, scanner, parser);
    try {
      while (reader.offset < end && reader.read(end - reader.offset)) this.onRead(reader.offset);
    } finally {
      reader.close();
    }
    return parser;
  }
}

function chooseBegin(
  rows: EdgeRows,
  sizeBytes: Bytes,
  { layout, nodesOffset }: FrontStart,
  frontOffset: Bytes,
): PieceBegin | null {
  const within = rows.findWithin(nodesOffset, sizeBytes);
  if (within === null) return null;
  const first = rows.lastTowards(within, nodesOffset);
  const end = rows.lastTowards(within, sizeBytes);
  const leastBytes = LEAST_EDGES * (end - first);
  const wanted = frontOffset + FRONT_SHARE * (end - frontOffset + STRINGS_COST * (sizeBytes - end));
  const place = Math.floor(Math.max(frontOffset + AHEAD_BYTES, first + leastBytes, Math.min(end - leastBytes, wanted)));
  const offset = place > end - leastBytes ? null : rows.after(place);
  if (offset === null) return null;
  // Rows become longer towards the end, as numbers do: bytes alone would be off by several in a hundred.
  const before = rows.count(first, offset);
  const share = before / (before + rows.count(offset, end));
  return { offset, firstRow: Math.floor(layout.edgeCount * (share + SPARE_EDGES_SHARE / 2)) };
}

/** Half of what the front has to go to `begin`, if that is much. */
function chooseBefore(rows: EdgeRows, begin: PieceBegin, frontOffset: Bytes): PieceBegin | null {
  const gapBytes = begin.offset - frontOffset;
  if (gapBytes < LEAST_PIECE_BYTES) return null;
  const offset = rows.after(Math.floor(frontOffset + Math.max(AHEAD_BYTES, gapBytes / 2)));
  if (offset === null) return null;
  const room = rows.count(offset, begin.offset) * (1 + SPARE_EDGES_SHARE / 5);
  return { offset, firstRow: Math.floor(begin.firstRow - room) };
}
