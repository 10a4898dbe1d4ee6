import { join } from 'node:path';
import { lstatOf, refuseImpossibleFolder } from '../files/output-place.ts';
import { irregularity, readRegularFileSync } from '../files/regular-file.ts';
import { storageError } from '../files/storage-error.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { refuseRunFile } from '../record/refuse-run-file.ts';

export const REPORT_FILES = ['index.html', 'report.md', 'report.json', 'junit.xml', 'profiler.sarif'] as const;
export type ReportFile = (typeof REPORT_FILES)[number];

/**
 * Whether a report may be written into `dir`, to be asked before any work is done; changes nothing. What lies there under
 * the names of a report is replaced only where its report.json says that it is one of this tool; other files are left alone.
 * Throws a ProfilerError: exit 2 for these, exit 6 when no folder can be made.
 */
export function checkReportPlace(dir: string): void {
  const found = lstatOf(dir);
  if (found !== null && !found.isDirectory())
    throw taken(`${dir} is ${irregularity(found) ?? 'a file'}, not a folder.`);
  for (const name of REPORT_FILES) refuseRunFile(join(dir, name));
  if (found !== null) refuseForeignReport(dir);
  refuseImpossibleFolder(dir);
}

function refuseForeignReport(dir: string): void {
  const present = REPORT_FILES.flatMap((name) => {
    const entry = lstatOf(join(dir, name));
    return entry === null ? [] : [{ name, kind: irregularity(entry) }];
  });
  for (const { name, kind } of present) {
    if (kind !== null) throw taken(`${join(dir, name)} is ${kind}, not a regular file.`);
  }
  const [first] = present;
  if (first && !isReport(join(dir, 'report.json')))
    throw taken(
      `${join(dir, first.name)} exists already, and no report.json beside it says that it is from a report of this tool.`,
    );
}

function isReport(path: string): boolean {
  if (lstatOf(path) === null) return false;
  let text: string;
  try {
    text = readRegularFileSync(path, { noLinks: true }).toString('utf8');
  } catch (error) {
    throw storageError('cannot read', path, error);
  }
  try {
    const { schema } = JSON.parse(text) as { readonly schema?: unknown };
    return typeof schema === 'string' && schema.startsWith('profiler-report/');
  } catch {
    return false;
  }
}

function taken(message: string): ProfilerError {
  const hint = 'Name another folder with --report-dir, or move away what is there.';
  return new ProfilerError('report-folder-taken', EXIT.usage, message, hint);
}
