import { type DatabaseRecords, queriesFile } from '../../model/database.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import type { ReportDatabase, ReportFile } from '../../model/report-document.ts';
import type { MonoMs } from '../../model/units.ts';

import { FILE_WORDS, uncountedCalls } from '../../words/report/method.ts';

const SHOWN_SLOW = 50;

/** What a report says about the database apart from the statements. */
export function reportDatabase(
  { queries, server }: DatabaseRecords,
  placeOf: PlaceOf,
  startMonoMs: MonoMs,
): ReportDatabase {
  const slowest = queries.flatMap((one) => one.slowest).sort((a, b) => b.durationMs - a.durationMs);
  const uncounted = queries.reduce((sum, one) => sum + one.uncounted, 0);
  return {
    server: server && `${server.server.name}, PostgreSQL ${server.server.version}`,
    slowMs: queries[0]?.slowMs ?? 0,
    slowest: slowest.slice(0, SHOWN_SLOW).map(({ monoMs, text, durationMs, rows, route, site }) => ({
      tSec: (monoMs - startMonoMs) / 1000,
      text,
      durationMs,
      rows,
      route,
      place: site && placeOf(site.url, site.line0, site.column0, site.function),
    })),
    notes: [...(server?.notes ?? []), ...(uncounted > 0 ? [uncountedCalls(uncounted)] : [])],
  };
}

export function databaseFiles(database: DatabaseRecords | null): ReportFile[] {
  if (!database) return [];
  const file = (path: string, what: string): ReportFile => ({
    path,
    what,
    sizeBytes: null,
    sensitive: false,
  });
  return [
    ...database.queries.map((one) => file(queriesFile(one), FILE_WORDS.queries)),
    ...(database.server ? [file('database/server.json', FILE_WORDS.server)] : []),
  ];
}
