import type { WhenTaken } from '../files/name-beside.ts';
import { writeAllAtomically } from '../files/write-atomically.ts';
import { readRun } from '../record/read-run.ts';
import { redactText } from '../redact/redact-text.ts';
import { redacted } from '../redact/redact-values.ts';
import { SERIES_FORMATS } from './series-tables.ts';

export type SeriesFormat = keyof typeof SERIES_FORMATS;

/**
 * Writes the series of a run folder for other tools; `prefix` is the path without the part that distinguishes the files.
 * `refuse` is asked for each file before anything is written. Returns the files. Throws a ProfilerError: as `readRun`, or
 * exit 6.
 */
export async function exportSeries(
  runDir: string,
  format: SeriesFormat,
  prefix: string,
  { refuse, whenTaken }: { readonly refuse: (path: string) => void; readonly whenTaken: WhenTaken },
): Promise<string[]> {
  const { manifest, samples, requests } = await readRun(runDir);
  const names = requests.map((interval) => ({ ...interval, name: redactText(interval.name) }));
  const run = { manifest: redacted(manifest), samples, requests: names };
  const files = SERIES_FORMATS[format](run).map(({ suffix, text }) => ({ path: `${prefix}${suffix}`, text }));
  for (const { path } of files) refuse(path);
  const contents = files.map(({ path, text }) => ({ path, content: text() }));
  return await writeAllAtomically(contents, whenTaken);
}
