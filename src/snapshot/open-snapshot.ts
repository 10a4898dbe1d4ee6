import { closeSync, openSync, readSync } from 'node:fs';
import type { HeapGraph } from '../heap/heap-graph.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import { ProfilerError } from '../model/errors.ts';
import type { Bytes, Share } from '../model/units.ts';
import { loadScanner } from './load-scanner.ts';
import { type ChunkSource, openChunks } from './read-chunks.ts';
import { SPARE_EDGES_SHARE } from './read-tail.ts';
import type { SnapshotHelper } from './snapshot-helper.ts';

/** Called now and then with what is being done and, where it is known, how much of the whole work is done. */
export type OnProgress = (what: string, done: Share) => void;

export interface OpenOptions {
  readonly onProgress?: OnProgress;
  /** Take what is there of a damaged or truncated file; `damage` of the graph says what was missing. */
  readonly salvage?: boolean;
  /** Read nodes and strings alone. */
  readonly withoutEdges?: boolean;
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
  const together =
    helper && !options.salvage && !options.withoutEdges ? await openTogether(file, source, helper, options) : null;
  return { graph: together ?? (await openAlone(source, options)), fileBytes: source.fileBytes };
}

async function openAlone(source: ChunkSource, options: OpenOptions): Promise<HeapGraph> {
  const parser = new SnapshotParser({
    scanner: loadScanner(),
    sizeBytes: source.sizeBytes,
    salvage: options.salvage ?? false,
    withoutEdges: options.withoutEdges ?? false,
  });
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
 * Two threads read one file: this one from the beginning, the helper from a row in the middle of the edges on. Where
 * the helper does not help (a layout that cannot be cut, damage in its part) this thread reads on to the end. Null in
 * the one case in which both may have written the same rows: then all is read again.
 */
async function openTogether(
  file: string,
  { fileBytes, sizeBytes }: ChunkSource,
  helper: SnapshotHelper,
  options: OpenOptions,
): Promise<HeapGraph | null> {
  if (sizeBytes === null) return null;
  const parser = new SnapshotParser({ scanner: loadScanner(), sizeBytes, spareEdgesShare: SPARE_EDGES_SHARE });
  const descriptor = openSync(file, 'r');
  try {
    const reader = new SequentialReader(descriptor, (chunk, offset) => {
      parser.write(chunk);
      options.onProgress?.('reading', offset / Math.max(1, fileBytes));
    });
    reader.read(FIRST_BYTES);
    if (!parser.started || parser.started.offset === 0) return null;
    const { meeting, tail } = helper.readTail(file, fileBytes, parser.started);
    const outcome = readUntilMeeting(reader, meeting.offsets);
    const part = await tail;
    if (outcome === 'passed') return null;
    const graph = outcome === 'met' && part ? parser.endWithTail(part) : null;
    if (graph) return graph;
    while (reader.read(CHUNK_BYTES));
    return parser.end();
  } finally {
    closeSync(descriptor);
  }
}

class SequentialReader {
  offset = 0;
  private readonly descriptor: number;
  private readonly take: (chunk: Uint8Array, offset: Bytes) => void;
  private readonly buffer = new Uint8Array(CHUNK_BYTES);

  constructor(descriptor: number, take: (chunk: Uint8Array, offset: Bytes) => void) {
    this.descriptor = descriptor;
    this.take = take;
  }

  /** Reads at most so many bytes; false at the end of the file. */
  read(most: number): boolean {
    const length = readSync(this.descriptor, this.buffer, 0, Math.min(most, CHUNK_BYTES), this.offset);
    if (length === 0) return false;
    this.offset += length;
    this.take(this.buffer.subarray(0, length), this.offset);
    return true;
  }
}

/** `met`: everything before the helper's part was read. `alone`: the helper takes no part, the file was read to its end. */
function readUntilMeeting(reader: SequentialReader, offsets: BigInt64Array): 'met' | 'alone' | 'passed' {
  for (;;) {
    // Says how far this chunk will go before it looks where the helper begins: either it sees that, or the helper sees this.
    Atomics.store(offsets, 1, BigInt(reader.offset + CHUNK_BYTES));
    const meetAt = Number(Atomics.load(offsets, 0));
    if (meetAt === reader.offset) return 'met';
    if (meetAt > 0 && meetAt < reader.offset) return 'passed';
    if (!reader.read(meetAt > 0 ? meetAt - reader.offset : CHUNK_BYTES)) return 'alone';
  }
}
