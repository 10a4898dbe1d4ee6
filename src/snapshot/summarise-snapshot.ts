import { stat } from 'node:fs/promises';
import type { HeapSummary } from '../heap/summarise-graph.ts';
import type { Bytes } from '../model/units.ts';
import { type OpenOptions, openSnapshot } from './open-snapshot.ts';
import { SnapshotHelper } from './snapshot-helper.ts';
import { summariseTogether } from './summarise-together.ts';

export interface SnapshotSummary extends HeapSummary {
  readonly file: string;
  readonly fileBytes: Bytes;
}

/** Who keeps what alive in one snapshot. Big files are read by two threads. */
export async function summariseSnapshot(file: string, options: OpenOptions = {}): Promise<SnapshotSummary> {
  const helper = SnapshotHelper.start(
    await stat(file).then(
      ({ size }) => size,
      () => null,
    ),
  );
  try {
    const { graph, fileBytes } = await openSnapshot(file, options, helper);
    options.onProgress?.('dominators and retained sizes', 1);
    return { file, fileBytes, ...(await summariseTogether(graph, helper)) };
  } finally {
    await helper?.close();
  }
}
