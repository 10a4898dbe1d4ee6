import { formatCount } from '../model/units.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
/** Some 500 MB of memory. */
const MOST_FIELDS = 5_000_000;

/**
 * Rows of fields of a CSV text as RFC 4180 has it: quotes around commas, line breaks and doubled quotes; empty lines
 * are left out. Throws if a quote is out of place.
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let fields = 0;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length || row.length > 0) {
    const isQuoted = text.charCodeAt(at) === QUOTE;
    const end = isQuoted ? closingQuote(text, at) : endOfPlain(text, at);
    if (end < 0) throw misplacedQuote(rows);
    row.push(isQuoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, end));
    fields += 1;
    if (fields > MOST_FIELDS) throw new Error(`it has more than ${formatCount(MOST_FIELDS)} fields`);
    at = isQuoted ? end + 1 : end;
    const isEnd = at >= text.length;
    const code = text.charCodeAt(at);
    at += 1;
    if (code === COMMA) continue;
    if (!isEnd && code !== LINE_FEED && code !== CARRIAGE_RETURN) throw misplacedQuote(rows);
    if (code === CARRIAGE_RETURN && text.charCodeAt(at) === LINE_FEED) at += 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** Of the quote at `start`; -1 if there is none. A doubled one is a quote of the field. */
function closingQuote(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) end = text.indexOf('"', end + 2);
  return end;
}

function endOfPlain(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === LINE_FEED || code === CARRIAGE_RETURN || code === QUOTE) return at;
  }
  return text.length;
}

function misplacedQuote(rows: readonly string[][]): Error {
  return new Error(`row ${rows.length + 1} has a quote in the wrong place`);
}
