import { realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { readArguments, readStat } from './proc.ts';

const OUR_FOLDER = dirname(import.meta.dirname) + sep;
/** The reference service comes with the tool but is a target like any other. */
const DEMO_FOLDER = join(OUR_FOLDER, 'demo') + sep;

/** True for this process, for others that run this tool (its load generator, a second instance), and for the npm that started us. */
export function isOurs(pid: number, cwd: string, script: string | null): boolean {
  if (pid === process.pid) return true;
  const file = script === null ? '' : realFile(resolve(cwd, script));
  if (file.startsWith(OUR_FOLDER) && !file.startsWith(DEMO_FOLDER)) return true;
  return /^(npm|npx|yarn|pnpm)\b/.test(readArguments(pid)[0] ?? '') && ancestors().includes(pid);
}

/** npm installs a command as a link: `node_modules/.bin/profiler`. */
function realFile(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function ancestors(): number[] {
  const found: number[] = [];
  for (let pid = process.ppid; pid > 1; pid = readStat(pid)?.parentPid ?? 0) found.push(pid);
  return found;
}
