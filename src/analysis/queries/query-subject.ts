import type { CallSite } from '../../model/database.ts';
import type { FindingSubject } from '../../model/finding.ts';
import type { RunData } from '../run-data.ts';

const SHOWN_CHARS = 90;

/** The statement, cut to what fits into a sentence. */
export function shortSql(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS - 1)}…` : text;
}

export function sourceAt({ placeOf }: RunData, site: CallSite | null): FindingSubject['source'] {
  const place = site && placeOf(site.url, site.line0, site.column0, site.function);
  return place && { file: place.file, line: place.line, column: place.column, function: place.function };
}

export function packageAt({ placeOf }: RunData, site: CallSite | null): string | null {
  return (site && placeOf(site.url, site.line0, site.column0, site.function)?.package) ?? null;
}
