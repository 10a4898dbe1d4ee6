import type { ReportDocument } from '../model/report-document.ts';
import { formatCount } from '../model/units.ts';
import { figure, formatMoment, formatMs } from '../words/figures.ts';
import { formatPlace } from '../words/place.ts';
import { LABEL, slowestOver } from '../words/report/labels.ts';
import { markdownCode, markdownProse, markdownTable, markdownText } from './markdown-text.ts';

const TOP = 10;
const SQL_CHARS = 200;

/** Empty if no query was seen. */
export function markdownQueries({ report, database }: ReportDocument): string {
  const { queries = [] } = report;
  if (!database || (queries.length === 0 && database.notes.length === 0)) return '';
  const sql = (text: string): string =>
    markdownCode(text.length > SQL_CHARS ? `${text.slice(0, SQL_CHARS - 1)}…` : text);
  const rows = queries
    .slice(0, TOP)
    .map((query) => [
      sql(query.text),
      query.source ? markdownCode(formatPlace(query.source)) : '',
      formatCount(query.calls),
      query.callsPerRequest === null
        ? ''
        : `${figure(query.callsPerRequest)} ${markdownText(query.route ?? '')}`.trim(),
      formatMs(query.meanMs),
      query.p95Ms === null ? '' : formatMs(query.p95Ms),
      query.serverMeanMs === null ? '' : formatMs(query.serverMeanMs),
    ]);
  const slow = database.slowest
    .slice(0, TOP)
    .map(({ tSec, durationMs, text, route }) => [
      formatMoment(tSec),
      formatMs(durationMs),
      sql(text),
      markdownText(route ?? ''),
    ]);
  const heads = ['statement', 'line', 'calls', LABEL.inOneRequest, 'mean', 'p95', LABEL.meanInServer];
  return [
    '## Queries',
    database.server === null ? '' : `Database ${markdownText(database.server)}.`,
    rows.length === 0 ? '' : markdownTable(heads, 'llrrrrr', rows),
    slow.length === 0
      ? ''
      : `${slowestOver(database.slowMs)}:\n\n${markdownTable(['when', 'took', 'statement', 'request'], 'rrll', slow)}`,
    database.notes.map((note) => `- ${markdownProse(note)}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
