import { SnapshotHelper } from '../../snapshot-stream/snapshot-helper.ts';

/**
 * To load what understands a command line takes a while: a big file is read meanwhile. Null if there is
 * none; should the file be another one than it looks, the work was for nothing.
 *
 * @param words the command line: `heap summary FILE`, `heap diff --classes FILE FILE`
 */
export function readAhead(words: readonly string[]): SnapshotHelper | null {
  const isSummary = words[1] === 'summary' && !words.some((word) => word.startsWith('--by'));
  const isClasses = words[1] === 'diff' && words.includes('--classes');
  const file = words.slice(2).find((word) => !word.startsWith('-'));
  const isSalvage = words.some((word) => word.startsWith('--salvage'));
  if (file === undefined || isSalvage || !(isSummary || isClasses)) return null;
  const helper = SnapshotHelper.startFor(file);
  if (isSummary) helper?.begin(file);
  else void helper?.indexedClasses(file, false);
  helper?.hold(false);
  return helper;
}

/** What was begun, if it was begun for that file. */
export function takeAhead(ahead: SnapshotHelper | null, file: string): SnapshotHelper | null {
  if (!ahead?.isReading(file)) {
    void ahead?.close();
    return null;
  }
  ahead.hold(true);
  return ahead;
}
