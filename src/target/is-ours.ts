import { dirname, join, sep } from 'node:path';
import { readArguments, readStat } from './proc.ts';

const OUR_FOLDER = dirname(import.meta.dirname) + sep;
/** The reference service comes with the tool but is a target like any other. */
const DEMO_FOLDER = join(OUR_FOLDER, 'demo') + sep;

/** True for this process, for others that run this tool (its load generator, a second instance), and for the npm that started us. */
export function isOurs(pid: number, argv: readonly string[]): boolean {
  if (pid === process.pid) return true;
  if (argv.some((argument) => argument.startsWith(OUR_FOLDER) && !argument.startsWith(DEMO_FOLDER))) return true;
  return /^(npm|npx|yarn|pnpm)\b/.test(argv[0] ?? '') && ancestors().includes(pid);
}

function ancestors(): number[] {
  const found: number[] = [];
  for (let pid = process.ppid; pid > 1 && readArguments(pid).length > 0; pid = readStat(pid)?.parentPid ?? 0)
    found.push(pid);
  return found;
}
