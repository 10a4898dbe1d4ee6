import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { mergeSettings, type NodemonSettings, readNodemonFiles } from './nodemon-settings.ts';
import { readArguments, readStat } from './proc.ts';

/** Options of nodemon that take a value. */
const NODEMON_VALUES = [
  '-w',
  '--watch',
  '-i',
  '--ignore',
  '-e',
  '--ext',
  '-x',
  '--exec',
  '-d',
  '--delay',
  '-s',
  '--signal',
  '--config',
  '--cwd',
  '-C',
];

/** Endings of the files of a run and of a report. */
const OUR_ENDINGS = [
  'json',
  'ndjson',
  'cpuprofile',
  'heapsnapshot',
  'heapprofile',
  'map',
  'html',
  'md',
  'xml',
  'sarif',
];

export interface Watched {
  readonly program: string;
  readonly watched: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * Folders in which a file of ours makes a program start the service anew; null when it is none. Plain `--watch` of Node
 * looks at imported files only, and is none.
 *
 * @param readFiles what the configuration files of this nodemon say, given the one that its command line names
 */
export function watchedFolders(
  words: readonly string[],
  readFiles: (configFile: string | null) => NodemonSettings,
): Watched | null {
  const nodemon = words.slice(0, 2).findIndex((word) => /^nodemon(?:\.js)?$/.test(basename(word)));
  if (nodemon !== -1) return watchedByNodemon(words.slice(nodemon + 1), readFiles);
  const watched = valuesOf(words.slice(1), ['--watch-path'], ['-r', '--require', '--import', '--loader', '-C']);
  return watched.length > 0 ? { program: 'node --watch-path', watched: foldersOf(watched), ignored: [] } : null;
}

/** What the command line says comes before what the files say. */
function watchedByNodemon(
  words: readonly string[],
  readFiles: (configFile: string | null) => NodemonSettings,
): Watched | null {
  const of = (...names: string[]): string[] => valuesOf(words, names, NODEMON_VALUES);
  const said = { watch: of('--watch', '-w'), ignore: of('--ignore', '-i'), ext: of('--ext', '-e').at(-1) ?? null };
  const { watch, ignore, ext } = mergeSettings(said, readFiles(of('--config').at(-1) ?? null));
  const endings = (ext ?? '').split(/[\s,]+/).map((one) => one.replace(/^[*.]+(?=\w)/, ''));
  if (ext && !endings.some((one) => one.includes('*') || OUR_ENDINGS.includes(one))) return null;
  const watched = watch?.filter((rule) => !rule.startsWith('!')) ?? [];
  const excepted = watch?.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1)) ?? [];
  return {
    program: 'nodemon',
    watched: watched.length > 0 ? foldersOf(watched) : ['.'],
    ignored: wholeFolders([...(ignore ?? []), ...excepted]),
  };
}

/** Before the first word that is no option: what follows belongs to the program. */
function valuesOf(words: readonly string[], names: readonly string[], others: readonly string[]): string[] {
  const values: string[] = [];
  for (let n = 0; n < words.length; n += 1) {
    const word = words[n] ?? '';
    if (!word.startsWith('-')) break;
    const name = names.find((one) => word === one || word.startsWith(`${one}=`));
    if (name !== undefined) values.push(word === name ? (words[++n] ?? '') : word.slice(name.length + 1));
    else if (others.includes(word)) n += 1;
  }
  return values.filter((value) => value !== '');
}

/** Those of which nothing is looked at; `*.test.js` says that of no folder. */
function wholeFolders(patterns: readonly string[]): string[] {
  return patterns.map((one) => one.replace(/(?:\/\*{1,2})+$/, '')).filter((one) => !one.includes('*'));
}

/** Without what a pattern adds: `src/**`. */
function foldersOf(values: readonly string[]): string[] {
  return values.map((value) => value.replace(/\/?\*.*$/, '') || '.');
}

/**
 * Throws a ProfilerError (exit 2) when the service, or a process above it, watches a folder that one of `dirs` lies in: our
 * files would start the service anew again and again.
 */
export function refuseWatchedFolders(pid: number, dirs: readonly string[]): void {
  for (const one of lineOf(pid)) {
    const found = watchedFolders(readArguments(one), (configFile) => readNodemonFiles(one, configFile));
    if (found === null) continue;
    const within = (folders: readonly string[], dir: string): string | undefined =>
      folders.find((folder) => liesIn(dir, fromProcess(one, folder)));
    const dir = dirs.find(
      (path) => within(found.watched, path) !== undefined && within(found.ignored, path) === undefined,
    );
    if (dir === undefined) continue;
    throw new ProfilerError(
      'folder-watched',
      EXIT.usage,
      `${dir} lies in the folder ${within(found.watched, dir)} that ${found.program} (process ${one}) watches: each file written there would restart the service.`,
      'Name folders outside of it, both with --out DIR and --report-dir DIR.',
    );
  }
}

/** The process and those above it. */
function lineOf(pid: number): number[] {
  const line: number[] = [];
  for (let one = pid; one > 0 && !line.includes(one); one = readStat(one)?.parentPid ?? 0) line.push(one);
  return line;
}

/** As the process sees it: it may have another root. */
function fromProcess(pid: number, folder: string): string {
  return folder.startsWith('/') ? `/proc/${pid}/root${folder}` : `/proc/${pid}/cwd/${folder}`;
}

/** By the inode: by whatever link or mount either is named. */
function liesIn(path: string, folder: string): boolean {
  const wanted = identityOf(folder);
  for (let above = path; ; above = dirname(above)) {
    if (identityOf(above) === wanted) return true;
    if (above === dirname(above)) return false;
  }
}

/** Of what is not there yet: by what it will lie in. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return dirname(path) === path ? path : `${identityOf(dirname(path))}/${basename(path)}`;
  }
}
