import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDatabaseView, parseTargetQueries } from '../format/database-file.ts';
import type { DatabaseRecords } from '../model/database.ts';

const FOLDER = 'database';

/** What a run kept of queries; null where it kept nothing. A file that cannot be read is told and left out. */
export async function readDatabase(
  { dir }: { readonly dir: string },
  note: (text: string) => void,
): Promise<DatabaseRecords | null> {
  const entries = await readdir(join(dir, FOLDER), { withFileTypes: true }).catch(() => []);
  // Links are left alone: a run folder may come from elsewhere.
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const read = async <T>(name: string, parse: (json: string) => T): Promise<T | null> => {
    try {
      return parse(await readFile(join(dir, FOLDER, name), 'utf8'));
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
