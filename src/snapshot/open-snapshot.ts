import { closeSync, openSync, readSync } from 'node:fs';
import type { HeapGraph } from '../heap/heap-graph.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import { ProfilerError } from '../model/errors.ts';
import type { Bytes, Share } from '../model/units.ts';
import { type ChunkSource, openChunks } from './read-chunks.ts';
import { SPARE_EDGES_SHARE } from './read-tail.ts';
import type { SnapshotHelper } from './snapshot-helper.ts';

/** Called now and then with what is being done and, where it is known, how much of the whole work is done. */
export type OnProgress = (what: string, done: Share) => void;

export interface OpenOptions {
  readonly onProgress?: OnProgress;
  /** Take what is there of a damaged or truncated file; `damage` of the graph says what was missing. */
  readonly salvage?: boolean;
}

export interface OpenedSnapshot {
  readonly graph: HeapGraph;
  readonly fileBytes: Bytes;
}

/** Reads a snapshot file (plain, .gz, .br) into a graph. Throws a ProfilerError that names section and byte. */
export async function openSnapshot(
  file: string,
  options: OpenOptions = {},
  helper: SnapshotHelper | null = null,
): Promise<OpenedSnapshot> {
  const source = await openChunks(file);
  const together = helper && !options.salvage ? await openTogether(file, source, helper, options) : null;
  return { graph: together ?? (await openAlone(source, options)), fileBytes: source.fileBytes };
}

async function openAlone(source: ChunkSource, options: OpenOptions): Promise<HeapGraph> {
  const parser = new SnapshotParser({ sizeBytes: source.sizeBytes, salvage: options.salvage ?? false });
  try {
    for await (const { chunk, readBytes } of source.chunks()) {
      parser.write(chunk);
      options.onProgress?.('reading', readBytes / Math.max(1, source.fileBytes));
    }
  } catch (cause) {
    if (!options.salvage || !(cause instanceof ProfilerError) || cause.code !== 'snapshot-not-unpacked') throw cause;
  }
  return parser.end();
}

const FIRST_BYTES = 1 << 16;
const CHUNK_BYTES = 4 << 20;

/**
 * Two threads read one file: this one from the beginning, the helper from a row in the middle of the edges on. Null
 * where the parts do not fit together (a damaged file, a layout that cannot be cut): then one thread reads it all.
 */
async function openTogether(
  file: string,
  { fileBytes, sizeBytes }: ChunkSource,
  helper: SnapshotHelper,
  options: OpenOptions,
): Promise<HeapGraph | null> {
  if (sizeBytes === null) return null;
  const parser = new SnapshotParser({ sizeBytes, spareEdgesShare: SPARE_EDGES_SHARE });
  const descriptor = openSync(file, 'r');
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    const first = readSync(descriptor, buffer, 0, FIRST_BYTES, 0);
    parser.write(buffer.subarray(0, first));
    if (!parser.started || parser.started.offset === 0) return null;
    const { meeting, tail } = helper.readTail(file, fileBytes, parser.started);
    const met = readUntilMeeting(descriptor, buffer, first, parser, meeting.offsets, (readBytes) =>
      options.onProgress?.('reading', (2 * readBytes) / Math.max(1, fileBytes)),
    );
    const part = await tail;
    return met && part ? parser.endWithTail(part) : null;
  } finally {
    closeSync(descriptor);
  }
}

/** False when the file ended, or the helper's start was passed before it was known. */
function readUntilMeeting(
  descriptor: number,
  buffer: Uint8Array,
  start: number,
  parser: SnapshotParser,
  offsets: BigInt64Array,
  onRead: (readBytes: Bytes) => void,
): boolean {
  for (let offset = start; ; ) {
    const length = readSync(descriptor, buffer, 0, buffer.length, offset);
    if (length === 0) return false;
    Atomics.store(offsets, 1, BigInt(offset + length));
    const meetAt = Number(Atomics.load(offsets, 0));
    if (meetAt < 0 || (meetAt > 0 && meetAt < offset)) return false;
    if (meetAt > 0 && meetAt <= offset + length) {
      parser.write(buffer.subarray(0, meetAt - offset));
      return true;
    }
    parser.write(buffer.subarray(0, length));
    offset += length;
    onRead(offset);
  }
}
