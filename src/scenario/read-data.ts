import { parseCsv } from './parse-csv.ts';
import type { Report } from './read-document.ts';
import type { DataSet } from './scenario.ts';
import type { DataFile, ScenarioFile } from './scenario-file.ts';

/** Text of a file next to the scenario; throws if it cannot be read. */
export type ReadText = (path: string) => string;

/** The rows of every data set. A CSV file names its columns in its first line. */
export function readData(file: ScenarioFile['data'], readText: ReadText, report: Report): DataSet[] {
  return Object.entries(file ?? {}).map(([name, data]) => {
    if (!/^[A-Za-z_][\w-]*$/.test(name))
      report(['data', name], 'should begin with a letter and hold letters and digits');
    if ((data.file === undefined) === (data.values === undefined)) report(['data', name], 'give it file or values');
    const { columns, rows } = data.values ? ofValues(data.values) : ofFile(name, data, readText, report);
    return { name, columns, rows, order: data.order ?? 'sequence', per: data.per ?? 'request' };
  });
}

type Table = Pick<DataSet, 'columns' | 'rows'>;

function ofValues(values: readonly (string | number)[]): Table {
  return { columns: ['value'], rows: values.map((value) => [String(value)]) };
}

function ofFile(name: string, { file = '' }: DataFile, readText: ReadText, report: Report): Table {
  if (file === '') return { columns: [], rows: [] };
  const path = ['data', name, 'file'];
  try {
    const [columns = [], ...rows] = parseCsv(readText(file));
    if (rows.length === 0) report(path, `${file} has no rows below its header line`);
    const ragged = rows.findIndex((row) => row.length !== columns.length);
    if (ragged >= 0) {
      report(
        path,
        `${file}: row ${ragged + 1} below the header has ${rows[ragged]?.length} fields, not ${columns.length}`,
      );
    }
    return { columns: columns.map((column) => column.trim()), rows };
  } catch (error) {
    report(path, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return { columns: [], rows: [] };
  }
}
