import { type ClassChanges, findClassChanges } from '../heap/class-changes.ts';
import { type OnProgress, openNodes } from './open-snapshot.ts';
import { SnapshotHelper } from './snapshot-helper.ts';

/**
 * What became more from one snapshot file to another by class and object id. Edges are stepped over, so this takes a
 * fraction of what `growthOf` takes; of big files each is read by a thread of its own.
 */
export async function classChangesOf(
  before: string,
  after: string,
  options: { readonly onProgress?: OnProgress; readonly salvage?: boolean } = {},
): Promise<ClassChanges> {
  const helper = SnapshotHelper.startFor(before);
  try {
    const helped = helper?.nodes(before, options.salvage ?? false);
    // Whoever awaits the other file must not leave a rejection behind.
    helped?.catch(() => undefined);
    const graph = await openNodes(after, options);
    options.onProgress?.('comparing', 1);
    return findClassChanges((await helped) ?? (await openNodes(before, options)), graph);
  } finally {
    await helper?.close();
  }
}
