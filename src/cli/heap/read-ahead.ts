import { SnapshotHelper } from '../../snapshot/snapshot-helper.ts';

/**
 * To load what understands a command line takes a tenth of a second: a big file is read meanwhile. Null where there is
 * none; should the file be another one than it looks, the work was for nothing and no more.
 *
 * @param words the command line: `heap summary …`
 */
export function readAhead(words: readonly string[]): SnapshotHelper | null {
  const file = words.slice(2).find((word) => !word.startsWith('-'));
  return file === undefined || words.includes('--salvage') ? null : SnapshotHelper.readAhead(file);
}
