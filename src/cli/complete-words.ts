import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readRegularFileSync } from '../files/regular-file.ts';
import { shippedScenarios } from '../load/scenario-files.ts';

/** A shell uses it to request completions for the end of a line. */
export const COMPLETION_OPTION = '--get-yargs-completions';

const RUNS = 'profiles';
const REPORTS = 'reports';
const OF_A_RUN = ['report', 'check', 'verify', 'export'];
const MOST_REPORT_BYTES = 64 * 1024 * 1024;

/**
 * What could stand in place of the last of `line`, which may be only begun: run folders, ids of findings and scenarios, by
 * what lies in `folder`. Null where yargs knows better: commands and options.
 */
export function completeWords(line: readonly string[], folder: string): string[] | null {
  const [command = '', ...rest] = line;
  const before = rest.at(-2) ?? '';
  const current = rest.at(-1) ?? '';
  if (rest.length === 0 || current.startsWith('-')) return null;
  if (before === '--finding') return findingIds(rest, folder);
  if (before === '--scenario') return [...shippedScenarios(), ...yamlFiles(folder)];
  // The value of another option: a shell completes files by itself.
  if (before.startsWith('-')) return null;
  if (command === 'load') return [...shippedScenarios(), ...yamlFiles(folder)];
  const isFirst = rest.length === 1;
  if (OF_A_RUN.includes(command) && isFirst) return runFolders(folder);
  return command === 'baseline' && !isFirst ? runFolders(folder) : null;
}

function runFolders(folder: string): string[] {
  return namesIn(join(folder, RUNS), (entry) => entry.isDirectory()).map((name) => `${RUNS}/${name}`);
}

function yamlFiles(folder: string): string[] {
  return namesIn(folder, (entry) => entry.isFile() && /\.(?:ya?ml)$/.test(entry.name));
}

/** By the report of the run that the line names. */
function findingIds(words: readonly string[], folder: string): string[] {
  const run = words.find((word) => !word.startsWith('-') && word !== '');
  if (run === undefined) return [];
  try {
    const file = join(folder, REPORTS, basename(resolve(folder, run)), 'report.json');
    const report: unknown = JSON.parse(readRegularFileSync(file, { maxBytes: MOST_REPORT_BYTES }).toString('utf8'));
    const findings = (report as { readonly findings?: readonly { readonly id?: unknown }[] }).findings ?? [];
    return findings.map(({ id }) => String(id));
  } catch {
    return [];
  }
}

function namesIn(
  folder: string,
  fits: (entry: { readonly name: string; isDirectory(): boolean; isFile(): boolean }) => boolean,
): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && fits(entry))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
