import { analyseGraph } from '../heap/analyse-graph.ts';
import { type HeapSummary, summariseGraph } from '../heap/summarise-graph.ts';
import type { Bytes } from '../model/units.ts';
import { type OpenOptions, openSnapshot } from './open-snapshot.ts';

export interface SnapshotSummary extends HeapSummary {
  readonly file: string;
  readonly fileBytes: Bytes;
}

/** Who keeps what alive in one snapshot. */
export async function summariseSnapshot(file: string, options: OpenOptions = {}): Promise<SnapshotSummary> {
  const { graph, fileBytes } = await openSnapshot(file, options);
  options.onProgress?.('dominators and retained sizes', 1);
  return { file, fileBytes, ...summariseGraph(analyseGraph(graph)) };
}
