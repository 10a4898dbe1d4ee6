import type { HeapGraph } from '../heap/heap-graph.ts';
import { SnapshotParser } from '../heap/snapshot-parser.ts';
import { ProfilerError } from '../model/errors.ts';
import type { Bytes, Share } from '../model/units.ts';
import { openChunks } from './read-chunks.ts';

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

/** Reads a snapshot file (plain, .gz, .br) into a graph, on this thread. Throws a ProfilerError that names section and byte. */
export async function openSnapshot(file: string, options: OpenOptions = {}): Promise<OpenedSnapshot> {
  const source = await openChunks(file);
  const parser = new SnapshotParser({ sizeBytes: source.sizeBytes, salvage: options.salvage ?? false });
  try {
    for await (const { chunk, readBytes } of source.chunks()) {
      parser.write(chunk);
      options.onProgress?.('reading', readBytes / Math.max(1, source.fileBytes));
    }
  } catch (cause) {
    if (!options.salvage || !(cause instanceof ProfilerError) || cause.code !== 'snapshot-not-unpacked') throw cause;
  }
  return { graph: parser.end(), fileBytes: source.fileBytes };
}
