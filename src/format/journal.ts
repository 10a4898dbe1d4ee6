import { printableLines } from '../model/printable.ts';
import { crc32, hex } from './crc32.ts';

/**
 * A journal is NDJSON in which every line carries its own checksum as last member:
 *
 *     {"monoMs":12.5,"values":{"process.rss":52428800},"crc":"5d1f03aa"}\n
 *     \______________ checked ______________________/
 *
 * Lines need nothing of each other. A torn or damaged line loses itself alone (a damaged line end loses the two lines
 * that it joins), and reading goes on after the next line end. Blank lines are nothing: whoever appends to a file
 * whose end is unknown writes a line end first.
 */
export interface JournalDamage {
  /** One-based. */
  readonly line: number;
  /** Of the line's first byte. */
  readonly byteOffset: number;
  readonly bytes: number;
  readonly reason: string;
}

export interface JournalRecord {
  /** The JSON object as it was written, not yet checked for its fields. */
  readonly record: object;
  /** Of the line, as it carries it. */
  readonly checksum: number;
  readonly line: number;
  readonly byteOffset: number;
  readonly bytes: number;
}

export interface JournalDecoder {
  /** Takes the next bytes of the file, cut anywhere. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): void;
  /** The file ends here. */
  end(): void;
}

const LINE_END = 10;
/** `,"crc":"5d1f03aa"}` */
const TAIL = /^,"crc":"([0-9a-f]{8})"\}$/;
const TAIL_LENGTH = 18;
/** Longer than any record of ours; what is longer is skipped without being kept, so that reading needs constant memory. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** One line, line end included, of an object with at least one member. What JSON cannot say (undefined, functions) is left out. */
export function encodeJournalLine(record: object): string {
  const body = printableLines(JSON.stringify(record)).slice(0, -1);
  return `${body},"crc":"${hex(crc32(new TextEncoder().encode(body)))}"}\n`;
}

/** The checksum that a line of `encodeJournalLine` carries. */
export function checksumOfLine(line: string): number {
  return Number.parseInt(line.slice(-11, -3), 16);
}

/** Reads a journal as its bytes come; holds no more than one line. */
export function createJournalDecoder(sink: {
  readonly record: (record: JournalRecord) => void;
  readonly damage: (damage: JournalDamage) => void;
}): JournalDecoder {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let pieces: Uint8Array[] = [];
  let line = 1;
  let lineOffset = 0;
  let lineBytes = 0;

  const keep = (piece: Uint8Array): void => {
    lineBytes += piece.length;
    if (lineBytes <= MAX_LINE_BYTES) pieces.push(piece);
    else pieces = [];
  };
  const finishLine = (endBytes: 0 | 1): void => {
    const at = { line, byteOffset: lineOffset, bytes: lineBytes };
    const result = lineBytes > MAX_LINE_BYTES ? 'longer than any record' : decodeLine(joined(pieces, lineBytes), text);
    if (typeof result === 'object') sink.record({ ...result, ...at });
    else if (lineBytes > 0) {
      sink.damage({ ...at, reason: endBytes === 0 ? `the file ends inside this line (${result})` : result });
    }
    pieces = [];
    line += 1;
    lineOffset += lineBytes + endBytes;
    lineBytes = 0;
  };

  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
        keep(chunk.subarray(from, end));
        finishLine(1);
        from = end + 1;
      }
      // A copy: the caller may fill the same buffer again.
      if (from < chunk.length) keep(chunk.slice(from));
    },
    end() {
      if (lineBytes > 0) finishLine(0);
    },
  };
}

/** The object of one line, or what is wrong with it. */
function decodeLine(bytes: Uint8Array, text: TextDecoder): Pick<JournalRecord, 'record' | 'checksum'> | string {
  const tailStart = bytes.length - TAIL_LENGTH;
  const tail = TAIL.exec(latin1(bytes, Math.max(0, tailStart)));
  if (!tail) return 'torn or damaged: it does not end in a checksum';
  const checksum = Number.parseInt(tail[1] ?? '', 16);
  if (crc32(bytes, 0, tailStart) !== checksum) return 'damaged: the checksum does not match';
  try {
    const value: unknown = JSON.parse(`${text.decode(bytes.subarray(0, tailStart))}}`);
    return typeof value === 'object' && value !== null ? { record: value, checksum } : 'not a JSON object';
  } catch {
    return 'not JSON, though its checksum matches: it was not written by this tool';
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1 && pieces[0]) return pieces[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function latin1(bytes: Uint8Array, from: number): string {
  return String.fromCharCode(...bytes.subarray(from));
}
