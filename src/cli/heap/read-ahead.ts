import { SnapshotHelper } from '../../snapshot/snapshot-helper.ts';

/**
 * To load what understands a command line takes a tenth of a second: a big file is read meanwhile. Null where there is
 * none; should the file be another one than it looks, the work was for nothing and no more.
 *
 * @param words the command line: `heap summary FILE`, `heap diff --classes FILE FILE`
 */
export function readAhead(words: readonly string[]): SnapshotHelper | null {
  const file = words.slice(2).find((word) => !word.startsWith('-'));
  const isClasses = words.includes('--classes');
  if (file === undefined || words.includes('--salvage') || (words[1] === 'diff' && !isClasses)) return null;
  const helper = SnapshotHelper.startFor(file);
  if (isClasses) void helper?.indexedClasses(file, false);
  else helper?.begin(file);
  return helper;
}
