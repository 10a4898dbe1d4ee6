import type { ResultReader, ResultSink } from './load-result.ts';
import { LAST_LINE_CUT, lineReader } from './text-lines.ts';

/** A quoted cell that never ends would swallow the file. */
const MOST_LINES = 1000;
const MOST_CHARS = 16 * 1024 * 1024;
/** Rows of load tools have some twenty. */
const MOST_CELLS = 1000;

/**
 * Rows of a CSV file (RFC 4180: cells in quotes may hold commas, line ends and doubled quotes). Rows without a quote,
 * nearly all of them, are cut the short way.
 */
export function csvReader(
  sink: ResultSink,
  onRow: (cells: readonly string[]) => void,
  onEnd: () => void = () => {},
): ResultReader {
  let open: string[] = [];
  let chars = 0;
  let quotes = 0;
  let columns = 0;
  const take = (cells: readonly string[], isTorn: boolean): void => {
    columns ||= cells.length;
    if (isTorn && cells.length < columns) sink.lost(LAST_LINE_CUT);
    else if (cells.length > MOST_CELLS) sink.damage(`a row of more than ${MOST_CELLS} cells`);
    else onRow(cells);
  };
  const close = (isTorn: boolean): void => {
    const isWhole = quotes % 2 === 0;
    if (open.length > 0 && isWhole) take(cellsOf(open.join('\n')), isTorn);
    else if (isTorn && !isWhole) sink.lost(LAST_LINE_CUT);
    else if (open.length > 0) sink.damage('a row with a quote that is never closed', open.length);
    open = [];
    chars = 0;
    quotes = 0;
  };
  return lineReader(
    sink,
    (line, isTorn) => {
      if (open.length === 0 && !line.includes('"')) {
        if (line !== '') take(line.split(',', MOST_CELLS + 1), isTorn);
        return;
      }
      open.push(line);
      chars += line.length;
      quotes += quotesIn(line);
      if (quotes % 2 === 0 || open.length >= MOST_LINES || chars >= MOST_CHARS) close(isTorn);
    },
    () => {
      // A quote that is open at the end of the file.
      close(true);
      onEnd();
    },
  );
}

function quotesIn(line: string): number {
  let count = 0;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) count += 1;
  return count;
}

/** As far as the row can be understood: what follows a misplaced quote is left out. */
function cellsOf(row: string): string[] {
  const cells: string[] = [];
  for (let at = 0; cells.length <= MOST_CELLS; at += 1) {
    const isQuoted = row[at] === '"';
    const end = isQuoted ? closingQuote(row, at) : endOfPlain(row, at);
    if (end < 0) break;
    cells.push(isQuoted ? row.slice(at + 1, end).replaceAll('""', '"') : row.slice(at, end));
    at = isQuoted ? end + 1 : end;
    if (row[at] !== ',') break;
  }
  return cells;
}

function endOfPlain(row: string, start: number): number {
  const end = row.indexOf(',', start);
  return end < 0 ? row.length : end;
}

/** Of the quote at `start`; -1 if there is none. A doubled one is a quote of the cell. */
function closingQuote(row: string, start: number): number {
  let end = row.indexOf('"', start + 1);
  while (end >= 0 && row[end + 1] === '"') end = row.indexOf('"', end + 2);
  return end;
}

/** Positions of columns, by the names in the head of a table; undefined for a missing one. */
export function columnsOf<const Name extends string>(
  head: readonly string[],
  names: readonly Name[],
): Readonly<Record<Name, number | undefined>> {
  const places = names.map((name): [Name, number | undefined] => {
    const at = head.indexOf(name);
    return [name, at < 0 ? undefined : at];
  });
  return Object.fromEntries(places) as Record<Name, number | undefined>;
}

/** The cell, empty if there is no such column. */
export function cellAt(cells: readonly string[], column: number | undefined): string {
  return column === undefined ? '' : (cells[column] ?? '');
}
