import { closeSync, openSync, readSync } from 'node:fs';
import { findRowStart } from '../heap/find-row-start.ts';
import { EDGE, type SnapshotLayout } from '../heap/snapshot-layout.ts';
import type { Bytes } from '../model/units.ts';

/** A hundred rows of edges and more. */
const PROBE_BYTES = 1 << 13;
/** Where to look for the edges; and how often to look how long their rows are. */
const TRIES = 20;
const SAMPLES = 96;
const SAMPLE_BYTES = 1 << 9;
const COMMA = 44;

/** Finds rows of edges in the file. */
export class EdgeRows {
  private readonly descriptor: number;
  private readonly layout: SnapshotLayout;

  constructor(file: string, layout: SnapshotLayout) {
    this.descriptor = openSync(file, 'r');
    this.layout = layout;
  }

  /** Where the first row behind `offset` begins; null if no edges stand there. */
  after(offset: Bytes): Bytes | null {
    const row = findRowStart(readAt(this.descriptor, offset, PROBE_BYTES), this.layout, EDGE.weak + 1);
    return row < 0 ? null : offset + row;
  }

  /** A place within the edges, which stand behind the nodes; null if none is found. */
  findWithin(nodesOffset: Bytes, sizeBytes: Bytes): Bytes | null {
    const places = placesFrom(nodesOffset, sizeBytes, TRIES);
    const middle = Math.floor(places.length / 2);
    const inOrder = [...places.slice(middle), ...places.slice(0, middle).reverse()];
    return inOrder.find((place) => this.after(place) !== null) ?? null;
  }

  /** The last place from `within` on towards `outside` that is within the edges, to a hundredth of the way. */
  lastTowards(within: Bytes, outside: Bytes): Bytes {
    let near = within;
    let far = outside;
    for (let step = 0; step < 7; step++) {
      const middle = Math.floor((near + far) / 2);
      if (this.after(middle) === null) far = middle;
      else near = middle;
    }
    return near;
  }

  /** About how many rows stand in [from, to). */
  count(from: Bytes, to: Bytes): number {
    let commas = 0;
    for (const place of placesFrom(from, to - SAMPLE_BYTES, SAMPLES)) {
      commas += countCommas(readAt(this.descriptor, place, SAMPLE_BYTES));
    }
    return ((to - from) / (SAMPLES * SAMPLE_BYTES)) * (commas / this.layout.edge.fields);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** The middles of so many equal parts. */
function placesFrom(start: Bytes, end: Bytes, parts: number): readonly Bytes[] {
  return Array.from({ length: parts }, (_, part) => Math.floor(start + ((end - start) * (part + 0.5)) / parts));
}

function countCommas(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === COMMA) count++;
  return count;
}

function readAt(descriptor: number, offset: Bytes, length: Bytes): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
}
