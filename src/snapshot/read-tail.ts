import { closeSync, openSync, readSync } from 'node:fs';
import { findRowStart } from '../heap/find-row-start.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import { EDGE } from '../heap/snapshot-layout.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import type { HelperRequest } from './helper-messages.ts';
import { loadScanner } from './load-scanner.ts';

const CHUNK_BYTES = 2 << 20;
const SAMPLE_BYTES = 1 << 18;
const CLOSE = 93;
const COMMA = 44;
/** The first thread must not come to the place before it is told of it. */
const AHEAD_BYTES = 16 << 20;
/** What the helper loses by starting late, in bytes that are read meanwhile. */
const LATE_BYTES = 20 << 20;
/** Rows to leave between the guess where our rows belong and the end of the room for them. */
export const SPARE_EDGES_SHARE = 0.04;

type TailRequest = Extract<HelperRequest, { type: 'read-tail' }>;

/**
 * Reads the second part of a file, from a row in the middle of the edges on. Which row is not known before the first
 * thread came there: rows are put where they will belong by estimate, with room to spare, and moved at the end.
 */
export function readTail(request: TailRequest): ParsedTail | null {
  const descriptor = openSync(request.file, 'r');
  try {
    const start = chooseStart(descriptor, request);
    if (start === null) {
      Atomics.store(request.meeting.offsets, 0, -1n);
      return null;
    }
    Atomics.store(request.meeting.offsets, 0, BigInt(start.offset));
    return parseFrom(descriptor, request, start);
  } finally {
    closeSync(descriptor);
  }
}

interface TailStart {
  readonly offset: number;
  readonly firstRow: number;
}

function chooseStart(descriptor: number, request: TailRequest): TailStart | null {
  const { sizeBytes, layout, nodesOffset, meeting } = request;
  const nodesEnd = findByte(descriptor, nodesOffset, CLOSE);
  if (nodesEnd < 0) return null;
  const sample = readAt(descriptor, nodesEnd, SAMPLE_BYTES);
  const opening = sample.indexOf(91);
  if (opening < 0 || opening > 64) return null;
  const edgesOffset = nodesEnd + opening + 1;
  const bytesPerRow = rowBytes(sample.subarray(opening + 1), layout.edge.fields);
  const edgesBytes = Math.min(sizeBytes - edgesOffset, layout.edgeCount * bytesPerRow);
  const restBytes = sizeBytes - edgesOffset - edgesBytes;
  const even = (edgesBytes + restBytes + LATE_BYTES - (edgesOffset - nodesOffset)) / 2;
  const wanted = edgesOffset + Math.max(edgesBytes * 0.05, Math.min(edgesBytes * 0.9, even));
  const cameTo = Number(Atomics.load(meeting.offsets, 1));
  const from = Math.floor(Math.max(wanted, cameTo + AHEAD_BYTES));
  if (from > edgesOffset + edgesBytes * 0.95) return null;
  const row = findRowStart(readAt(descriptor, from, SAMPLE_BYTES), layout, EDGE.weak + 1);
  if (row < 0) return null;
  const offset = from + row;
  const estimate = ((offset - edgesOffset) / edgesBytes) * layout.edgeCount;
  return { offset, firstRow: Math.floor(estimate + layout.edgeCount * (SPARE_EDGES_SHARE / 2)) };
}

function rowBytes(sample: Uint8Array, fields: number): number {
  let commas = 0;
  for (const byte of sample) if (byte === COMMA) commas++;
  return (sample.length * fields) / Math.max(1, commas);
}

/** Offset of the first such byte from `start` on, or -1. Sections of numbers hold no bracket but their last byte. */
function findByte(descriptor: number, start: number, wanted: number): number {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let offset = start; ; ) {
    const length = readSync(descriptor, buffer, 0, buffer.length, offset);
    if (length === 0) return -1;
    const at = buffer.subarray(0, length).indexOf(wanted);
    if (at >= 0) return offset + at;
    offset += length;
  }
}

function readAt(descriptor: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
}

function parseFrom(descriptor: number, request: TailRequest, start: TailStart): ParsedTail | null {
  const { layout, edges: columns, sizeBytes } = request;
  const parser = new SnapshotParser({ scanner: loadScanner(), sizeBytes }, { layout, columns, ...start });
  const buffer = new Uint8Array(CHUNK_BYTES);
  try {
    for (let offset = start.offset; ; ) {
      const length = readSync(descriptor, buffer, 0, buffer.length, offset);
      if (length === 0) break;
      parser.write(buffer.subarray(0, length));
      offset += length;
    }
  } catch {
    // Damage: the first thread reads on by itself and says where it is.
    return null;
  }
  return parser.takeTail(start.firstRow);
}
