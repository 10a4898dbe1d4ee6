import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { storageError } from '../files/storage-error.ts';
import { parseDatabaseView, parseTargetQueries } from '../format/database-file.ts';
import { jsonBomb } from '../format/json-memory.ts';
import type { DatabaseRecords } from '../model/database.ts';
import type { Run } from './read-run.ts';
import { artefactKind } from './run-files.ts';

const FOLDER = 'database';

/**
 * What a run kept of queries; null if it kept nothing. A file that is no JSON of ours is told and left out. Throws a
 * ProfilerError (exit 6).
 */
export async function readDatabase(
  { dir, onDisk }: Pick<Run, 'dir' | 'onDisk'>,
  note: (text: string) => void,
): Promise<DatabaseRecords | null> {
  const names = [...onDisk.keys()]
    .filter((file) => artefactKind(file) === 'database')
    .map((file) => file.slice(FOLDER.length + 1));
  const read = async <T>(name: string, parse: (json: string) => T): Promise<T | null> => {
    const path = join(dir, FOLDER, name);
    const bytes = await readRegularFile(path, { noLinks: true }).catch((error: unknown) => {
      throw storageError('cannot read', path, error);
    });
    try {
      const bomb = jsonBomb(bytes);
      if (bomb !== null) throw new Error(bomb);
      return parse(bytes.toString('utf8'));
    } catch (error) {
      note(`${FOLDER}/${name} was left out: ${(error as Error).message}`);
      return null;
    }
  };
  const ofTarget = names.filter((name) => /^queries-\d+\.json$/.test(name));
  const queries = (await Promise.all(ofTarget.map((name) => read(name, parseTargetQueries))))
    .filter((one) => one !== null)
    .sort((a, b) => a.segment - b.segment);
  const server = names.includes('server.json') ? await read('server.json', parseDatabaseView) : null;
  return queries.length === 0 && server === null ? null : { queries, server };
}
