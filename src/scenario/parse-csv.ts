/**
 * Rows of fields of a CSV text as RFC 4180 has it: quotes around commas, line breaks and doubled quotes; empty lines
 * are left out. Throws where a quote is out of place.
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|\r|$)/y;
  field.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  while (field.lastIndex < text.length || row.length > 0) {
    const match = field.exec(text);
    if (!match) throw new Error(`row ${rows.length + 1} has a quote in the wrong place`);
    const [, written = '', end] = match;
    row.push(written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written);
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
