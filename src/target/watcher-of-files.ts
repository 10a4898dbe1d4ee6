import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
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

/**
 * Folders whose every change makes a program start the service anew; null when it is none. Plain `--watch` of Node looks
 * at imported files only, and is none.
 */
export function watchedFolders(
  words: readonly string[],
): { readonly program: string; readonly watched: readonly string[]; readonly ignored: readonly string[] } | null {
  const nodemon = words.slice(0, 2).findIndex((word) => /^nodemon(?:\.js)?$/.test(basename(word)));
  if (nodemon !== -1) {
    const watched = valuesOf(words.slice(nodemon + 1), ['--watch', '-w'], NODEMON_VALUES);
    const ignored = valuesOf(words.slice(nodemon + 1), ['--ignore', '-i'], NODEMON_VALUES);
    return { program: 'nodemon', watched: watched.length > 0 ? watched : ['.'], ignored };
  }
  const watched = valuesOf(words.slice(1), ['--watch-path'], ['-r', '--require', '--import', '--loader', '-C']);
  return watched.length > 0 ? { program: 'node --watch-path', watched, ignored: [] } : null;
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
  return values.filter((value) => value !== '').map((value) => value.replace(/\/?\*.*$/, '') || '.');
}

/**
 * Throws a ProfilerError (exit 2) when the service, or a process above it, watches a folder that one of `dirs` lies in: our
 * files would start the service anew again and again.
 */
export function refuseWatchedFolders(pid: number, dirs: readonly string[]): void {
  for (const one of lineOf(pid)) {
    const found = watchedFolders(readArguments(one));
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
  if (wanted === null) return false;
  for (let above = path; ; above = dirname(above)) {
    if (identityOf(above) === wanted) return true;
    if (above === dirname(above)) return false;
  }
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
