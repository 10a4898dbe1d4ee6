import type { ResultReader } from './load-result.ts';
import { lineReader } from './text-lines.ts';

/** A quoted cell that never ends would swallow the file. */
const MOST_LINES = 1000;

/**
 * Rows of a CSV file (RFC 4180: cells in quotes may hold commas, line ends and doubled quotes). Rows without a quote,
 * nearly all of them, are cut the short way.
 */
export function csvReader(onRow: (cells: readonly string[]) => void, onEnd: () => void = () => {}): ResultReader {
  let open: string[] = [];
  const close = (): void => {
    if (open.length > 0) onRow(cellsOf(open.join('\n')));
    open = [];
  };
  return lineReader(
    (line) => {
      if (open.length === 0 && !line.includes('"')) {
        if (line !== '') onRow(line.split(','));
        return;
      }
      open.push(line);
      if (quotesIn(open) % 2 === 0 || open.length >= MOST_LINES) close();
    },
    () => {
      close();
      onEnd();
    },
  );
}

function quotesIn(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.split('"').length - 1, 0);
}

function cellsOf(row: string): string[] {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/gy;
  for (let match = cell.exec(row); match; match = cell.exec(row)) {
    cells.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') break;
  }
  return cells;
}

/** Where columns stand, by the names in the head of a table; undefined for one that is not there. */
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

/** The cell, empty where there is no such column. */
export function cellAt(cells: readonly string[], column: number | undefined): string {
  return column === undefined ? '' : (cells[column] ?? '');
}
