import { type ClassChanges, classesOfSnapshot, findClassChanges, indexedSnapshot } from '../heap/class-changes.ts';
import { type OnProgress, openNodes } from './open-snapshot.ts';
import { SnapshotHelper } from './snapshot-helper.ts';

/**
 * What became more from one snapshot file to another by class and object id. Edges are stepped over, so this takes a
 * fraction of what `growthOf` takes; of big files each is read by a thread of its own.
 *
 * @param ahead that may read the earlier file already; closed here
 */
export async function classChangesOf(
  before: string,
  after: string,
  options: { readonly onProgress?: OnProgress; readonly salvage?: boolean } = {},
  ahead: SnapshotHelper | null = null,
): Promise<ClassChanges> {
  const helper = ahead ?? SnapshotHelper.startFor(before);
  try {
    const helped = helper?.indexedClasses(before, options.salvage ?? false);
    const later = classesOfSnapshot(await openNodes(after, options));
    options.onProgress?.('comparing', 1);
    return findClassChanges((await helped) ?? indexedSnapshot(await openNodes(before, options)), later);
  } finally {
    await helper?.close();
  }
}
