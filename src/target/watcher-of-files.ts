import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { mergeSettings, type NodemonSettings, readNodemonFiles } from './nodemon-settings.ts';
import { pm2Options } from './pm2-options.ts';
import { listDescriptors, readArguments, readEnvironment, readInotifyTargets, readProcLink, readStat } from './proc.ts';

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
 * Folders in which a file of ours makes a program start the service again; null when it is none. Plain `--watch` of Node
 * looks at imported files only, and is none.
 *
 * @param readFiles what the configuration files of this nodemon say, given the one that its command line names
 */
export function watchedFolders(
  words: readonly string[],
  readFiles: (configFile: string | null) => NodemonSettings,
): Watched | null {
  const nodemon = words.slice(0, 2).findIndex(isNodemon);
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

/** The same of a service that pm2 started: `watch` is `true` or a list. */
export function watchedByPm2(environment: ReadonlyMap<string, string>): Watched | null {
  const { pm_cwd: cwd, watch, ignore_watch: ignore } = pm2Options(environment);
  if (typeof cwd !== 'string') return null;
  const folders = watch === true || watch === 'true' ? ['.'] : listOf(watch).filter((word) => word !== 'false');
  if (folders.length === 0) return null;
  const within = (folder: string): string => resolve(cwd, folder);
  return {
    program: 'pm2',
    watched: foldersOf(folders).map(within),
    ignored: wholeFolders(listOf(ignore)).map(within),
  };
}

function listOf(value: unknown): string[] {
  const words = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value.map(String) : [];
  return words.filter((word) => word !== '');
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
 * Throws a ProfilerError (exit 2) when a process above the service, or what started it, watches a folder that one of `paths`
 * lies in: our files would start the service again and again. Asked are the kernel, which knows what a process watches,
 * and the options of the usual programs, since some look at files by themselves. `hint` says how to name other places.
 */
export function refuseWatchedFolders(pid: number, paths: readonly string[], hint: string): void {
  for (const one of lineOf(pid)) {
    const environment = one === pid ? readEnvironment(one) : null;
    const words = readArguments(one);
    const found =
      watchedFolders(words, (configFile) => readNodemonFiles(one, configFile)) ??
      (environment && watchedByPm2(environment));
    const within = (folders: readonly string[], path: string): string | undefined =>
      folders.find((folder) => liesIn(path, fromProcess(one, folder)));
    // What the service itself watches it need not restart for; of others it is known which files they pass over.
    const kernel = one === pid || isKnownWatcher(words) ? new Set<string>() : watchedInodes(one);
    for (const path of paths) {
      const folder = found && within(found.ignored, path) === undefined ? within(found.watched, path) : undefined;
      if (found && folder !== undefined)
        throw watched(path, `the folder ${folder} that ${found.program} (process ${one})`, hint);
      const above = existingFolder(path);
      if (kernel.has(kernelIdentityOf(above)))
        throw watched(path, `the folder ${above} that process ${one} (${basename(words[0] ?? '')})`, hint);
    }
  }
}

function isKnownWatcher(words: readonly string[]): boolean {
  return words.slice(0, 2).some(isNodemon) || words.some((word) => /^--watch(?:-path)?(?:=|$)/.test(word));
}

function isNodemon(word: string): boolean {
  return /^nodemon(?:\.js)?$/.test(basename(word));
}

function watched(path: string, byWhom: string, hint: string): ProfilerError {
  return new ProfilerError(
    'folder-watched',
    EXIT.usage,
    `${path} lies in ${byWhom} watches: each file written there would restart the service.`,
    hint,
  );
}

/** Folders and files whose changes the kernel reports to a process, as device and inode. */
function watchedInodes(pid: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const fd of listDescriptors(pid) ?? []) {
    if (readProcLink(pid, `fd/${fd}`) !== 'anon_inode:inotify') continue;
    for (const { device, inode } of readInotifyTargets(pid, fd)) found.add(`${device}:${inode}`);
  }
  return found;
}

function existingFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/** The kernel numbers devices otherwise than `stat` does. */
function kernelIdentityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn & 0xffffffffn);
  return `${(major << 20n) | minor}:${ino}`;
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

/** For a path that does not exist yet: by its future parent folder. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return dirname(path) === path ? path : `${identityOf(dirname(path))}/${basename(path)}`;
  }
}
