import type { HeapGraph } from '../heap/heap-graph.ts';
import type { SnapshotLayout } from '../heap/snapshot-layout.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import { findWeakMapEdges, type WeakMapEdges } from '../heap/weak-map-edges.ts';
import { ProfilerError } from '../model/errors.ts';
import type { Bytes, Share } from '../model/units.ts';
import { EdgeRows } from './edge-rows.ts';
import { loadScanner } from './load-scanner.ts';
import { type ChunkSource, openChunks, orUnreadable } from './read-chunks.ts';
import { readTail } from './read-tail.ts';
import { SequentialReader } from './sequential-reader.ts';
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
  readonly weakMaps: WeakMapEdges;
  readonly fileBytes: Bytes;
}

/** Reads a snapshot file (plain, .gz, .br) into a graph. Throws a ProfilerError that names section and byte. */
export async function openSnapshot(
  file: string,
  options: OpenOptions = {},
  helper: SnapshotHelper | null = null,
): Promise<OpenedSnapshot> {
  const source = openChunks(file);
  const { fileBytes, sizeBytes } = source;
  const isShared = helper !== null && sizeBytes !== null && !options.salvage;
  const together = isShared ? await openTogether(file, sizeBytes, helper, options) : null;
  if (together) return { ...together, fileBytes };
  const graph = await openAlone(source, options, false);
  return { graph, weakMaps: findWeakMapEdges(graph), fileBytes };
}

/** Reads nodes and strings alone: the graph has no edges and no locations. */
export async function openNodes(file: string, options: OpenOptions = {}): Promise<HeapGraph> {
  const source = openChunks(file);
  if (source.sizeBytes === null || options.salvage) return openAlone(source, options, true);
  return readNodes(file, source.sizeBytes, options);
}

/** Most of the edges, half of a plain file, need not even be read. */
function readNodes(file: string, sizeBytes: Bytes, options: OpenOptions): HeapGraph {
  const scanner = loadScanner();
  const parser = new SnapshotParser({ scanner, sizeBytes, withoutEdges: true });
  const reader = orUnreadable(file, () => new SequentialReader(file, 0, scanner, parser));
  try {
    let hasStepped = false;
    while (reader.read()) {
      if (parser.isStepping && !hasStepped) {
        reader.stepTo(lastOfEdges(file, reader.offset, sizeBytes, parser.started!.layout));
        hasStepped = true;
      }
      options.onProgress?.('reading', reader.offset / sizeBytes);
    }
    return parser.end();
  } finally {
    reader.close();
  }
}

/** A place not far from the end of the edges, given one within them. */
function lastOfEdges(file: string, within: Bytes, sizeBytes: Bytes, layout: SnapshotLayout): Bytes {
  const rows = new EdgeRows(file, layout);
  try {
    return rows.after(within) === null ? within : rows.lastTowards(within, sizeBytes);
  } finally {
    rows.close();
  }
}

async function openAlone(source: ChunkSource, options: OpenOptions, withoutEdges: boolean): Promise<HeapGraph> {
  const scanner = loadScanner();
  const { sizeBytes } = source;
  const parser = new SnapshotParser({ scanner, sizeBytes, salvage: options.salvage ?? false, withoutEdges });
  try {
    for await (const { chunk, readBytes } of source.chunks(scanner.room)) {
      parser.write(chunk);
      options.onProgress?.('reading', readBytes / Math.max(1, source.fileBytes));
    }
  } catch (cause) {
    if (!options.salvage || !(cause instanceof ProfilerError) || cause.code !== 'snapshot-not-unpacked') throw cause;
  }
  return parser.end();
}

/** Two threads read one file: the helper from the beginning, this one from where it comes into the edges. Null: to be read again. */
async function openTogether(
  file: string,
  sizeBytes: Bytes,
  helper: SnapshotHelper,
  options: OpenOptions,
): Promise<Omit<OpenedSnapshot, 'fileBytes'> | null> {
  const { meeting, start } = helper.begin(file, sizeBytes);
  const front = await start;
  if (!front) return null;
  const onRead = (offset: Bytes): void => options.onProgress?.('reading', offset / sizeBytes);
  const { graph, placed } = await helper.join(readTail(file, sizeBytes, front, meeting, onRead));
  // Needs no edges, so it is found while the helper puts those of the tail in place.
  const weakMaps = graph && findWeakMapEdges(graph);
  await placed;
  return graph && weakMaps && { graph, weakMaps };
}
