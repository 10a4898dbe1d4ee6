import type { HeapSummary } from '../heap/summarise-graph.ts';
import type { Bytes } from '../model/units.ts';
import { type OpenOptions, openSnapshot } from './open-snapshot.ts';
import { SnapshotHelper } from './snapshot-helper.ts';
import { summariseTogether } from './summarise-together.ts';

export interface SnapshotSummary extends HeapSummary {
  readonly file: string;
  readonly fileBytes: Bytes;
}

/**
 * Who keeps what alive in one snapshot. Big files are read by two threads.
 *
 * @param ahead that may have begun to read the file; closed here
 */
export async function summariseSnapshot(
  file: string,
  options: OpenOptions = {},
  ahead: SnapshotHelper | null = null,
): Promise<SnapshotSummary> {
  const helper = ahead ?? SnapshotHelper.startFor(file);
  try {
    const { graph, weakMaps, fileBytes } = await openSnapshot(file, options, helper);
    options.onProgress?.('dominators and retained sizes', 1);
    return { file, fileBytes, ...(await summariseTogether(graph, weakMaps, helper)) };
  } finally {
    await helper?.close();
  }
}
