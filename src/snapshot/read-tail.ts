import { closeSync, openSync, readSync } from 'node:fs';
import { findRowStart } from '../heap/find-row-start.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import { EDGE } from '../heap/snapshot-layout.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import type { Bytes, Share } from '../model/units.ts';
import { loadScanner } from './load-scanner.ts';
import { type FrontStart, type Meeting, SPARE_EDGES_SHARE } from './read-front.ts';
import { SequentialReader } from './sequential-reader.ts';

/** Four hundred rows of edges and more. */
const PROBE_BYTES = 1 << 15;
/** The front must not come to the place before it is told of it. */
const AHEAD_BYTES = 8 << 20;
/** Strings are taken as they are: a byte of them costs so much of a byte of numbers. */
const STRINGS_COST: Share = 0.5;
/** So little is not worth a second thread. */
const LEAST_EDGES: Share = 0.05;
/** Where to look for the edges; and how often to look how long their rows are. */
const TRIES = 20;
const SAMPLES = 64;
const SAMPLE_BYTES = 1 << 11;
const COMMA = 44;

/**
 * Reads the second part of a file, from a row in the middle of the edges on, while another thread reads the front. Which
 * row that is is not known before the front came there: rows are put where they will belong by estimate, with room to
 * spare, and moved at the end. Null where the file cannot be cut, or the front has it read already.
 */
export function readTail(
  file: string,
  sizeBytes: Bytes,
  front: FrontStart,
  meeting: Meeting,
  onRead: (offset: Bytes) => void,
): ParsedTail | null {
  const begin = chooseBegin(file, sizeBytes, front, meeting);
  Atomics.store(meeting.offsets, 0, begin ? BigInt(begin.offset) : -1n);
  if (!begin) return null;
  const scanner = loadScanner();
  const parser = new SnapshotParser({ scanner, sizeBytes }, { layout: front.layout, columns: front.edges, ...begin });
  const reader = new SequentialReader(file, begin.offset, scanner, parser);
  try {
    while (reader.read()) onRead(reader.offset);
  } catch {
    // Damage: the front reads on by itself and says where it is.
    return null;
  } finally {
    reader.close();
  }
  return parser.takeTail(begin.firstRow);
}

interface TailBegin {
  readonly offset: Bytes;
  readonly firstRow: number;
}

function chooseBegin(
  file: string,
  sizeBytes: Bytes,
  { layout, nodesOffset }: FrontStart,
  meeting: Meeting,
): TailBegin | null {
  const descriptor = openSync(file, 'r');
  try {
    const rowAt = (offset: Bytes): Bytes => {
      const row = findRowStart(readAt(descriptor, offset, PROBE_BYTES), layout, EDGE.weak + 1);
      return row < 0 ? -1 : offset + row;
    };
    const isWithin = (offset: Bytes): boolean => rowAt(offset) >= 0;
    const within = fromTheMiddle(placesFrom(nodesOffset, sizeBytes, TRIES)).find(isWithin);
    if (within === undefined) return null;
    const first = border(within, nodesOffset, isWithin);
    const end = border(within, sizeBytes, isWithin);
    const cameTo = Number(Atomics.load(meeting.offsets, 1));
    const even = (cameTo + end + STRINGS_COST * (sizeBytes - end)) / 2;
    const least = LEAST_EDGES * (end - first);
    const offset = Math.floor(Math.max(cameTo + AHEAD_BYTES, first + least, Math.min(end - least, even)));
    const row = offset > end - least ? -1 : rowAt(offset);
    if (row < 0) return null;
    const share = shareOfRows(descriptor, first, row, end);
    return { offset: row, firstRow: Math.floor(layout.edgeCount * (share + SPARE_EDGES_SHARE / 2)) };
  } finally {
    closeSync(descriptor);
  }
}

/** The middles of so many equal parts. */
function placesFrom(start: Bytes, end: Bytes, parts: number): readonly Bytes[] {
  return Array.from({ length: parts }, (_, part) => Math.floor(start + ((end - start) * (part + 0.5)) / parts));
}

/** Edges stand in the middle of a file, behind the nodes. */
function fromTheMiddle(places: readonly Bytes[]): readonly Bytes[] {
  const middle = Math.floor(places.length / 2);
  return [...places.slice(middle), ...places.slice(0, middle).reverse()];
}

/** The last place from `inside` on towards `outside` that is within, to a hundredth of the way. */
function border(inside: Bytes, outside: Bytes, isWithin: (offset: Bytes) => boolean): Bytes {
  let near = inside;
  let far = outside;
  for (let step = 0; step < 7; step++) {
    const middle = Math.floor((near + far) / 2);
    if (isWithin(middle)) near = middle;
    else far = middle;
  }
  return near;
}

/** Which share of the rows of [first, end) stands before `at`: their numbers become longer towards the end. */
function shareOfRows(descriptor: number, first: Bytes, at: Bytes, end: Bytes): Share {
  const rowsIn = (from: Bytes, to: Bytes): number => {
    const commas = placesFrom(from, to, SAMPLES).map((place) => countCommas(readAt(descriptor, place, SAMPLE_BYTES)));
    return (to - from) * commas.reduce((sum, count) => sum + count, 0);
  };
  const before = rowsIn(first, at);
  return before / (before + rowsIn(at, end));
}

function countCommas(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === COMMA) count++;
  return count;
}

function readAt(descriptor: number, offset: Bytes, length: Bytes): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
}
