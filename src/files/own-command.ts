import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellWord } from '../model/shell-word.ts';
import { shownPath } from './shown-path.ts';

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));
/** dist/src/cli/main.js of a checkout. */
const ROOT = join(dirname(MAIN), '..', '..', '..');
const BINS = ['profiler', 'soak-profiler'] as const;
/** Of the packages that `npm run` and npx put in front of PATH: a shell does not have it. */
const ADDED_BY_NPM = `${sep}node_modules${sep}.bin`;

/**
 * What starts this program in the current folder, as somebody would type it: the name of its bin where a shell finds it, else
 * through npx. An unrelated package of npm is called profiler, so npx is given the name of ours.
 * `SOAK_PROFILER_COMMAND` says it for programs that wrap this one.
 */
export function ownCommand(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): string {
  if (env.SOAK_PROFILER_COMMAND) return env.SOAK_PROFILER_COMMAND;
  const onPath = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '' && !folder.endsWith(ADDED_BY_NPM));
  const bin = BINS.find((name) => isOurs(onPath.map((folder) => join(folder, name)).find((file) => existsSync(file))));
  if (bin !== undefined) return bin;
  const above = foldersAbove(cwd);
  const isInstalled = above.some((folder) => isOurs(join(folder, 'node_modules', '.bin', 'soak-profiler')));
  const isCheckout = above.includes(ROOT) && !ROOT.includes(`${sep}node_modules${sep}`);
  // From its cache npx starts it by this name anywhere.
  if (isInstalled || isCheckout || env.npm_command === 'exec') return 'npx soak-profiler';
  return `node ${shellWord(shownPath(MAIN))}`;
}

function isOurs(file: string | undefined): boolean {
  try {
    return file !== undefined && realpathSync(file) === realpathSync(MAIN);
  } catch {
    return false;
  }
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}
