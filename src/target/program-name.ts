import { basename, dirname, join, resolve } from 'node:path';
import { readRegularFileSync } from '../files/regular-file.ts';
import { printable } from '../model/printable.ts';

/** One that is larger is no package.json. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * What people call the program: the name in the nearest package.json above the script, else the script.
 * Files are read through /proc/<pid>/root, so that a process in a container is named by its own files.
 * A script inside node_modules is a launcher (`next start`): then the folder it was started in gives the name.
 */
export function programName(pid: number, cwd: string, script: string | null, title: string): string {
  if (!script) return packageName(pid, cwd) ?? printable(basename(title));
  const path = resolve(cwd, script);
  const folder = path.includes('/node_modules/') ? cwd : dirname(path);
  return packageName(pid, folder) ?? printable(basename(script));
}

function packageName(pid: number, folder: string): string | null {
  if (!folder.startsWith('/')) return null;
  for (let at = folder; ; at = dirname(at)) {
    const name = readName(join(`/proc/${pid}/root`, at, 'package.json'));
    if (name) return name;
    if (at === '/') return null;
  }
}

function readName(file: string): string | null {
  try {
    const { name } = JSON.parse(readRegularFileSync(file, { maxBytes: MAX_BYTES }).toString('utf8')) as {
      readonly name?: unknown;
    };
    // No name that npm takes holds such characters, and a name ends up in lines of a terminal.
    return typeof name === 'string' && name !== '' ? printable(name) : null;
  } catch {
    return null;
  }
}
