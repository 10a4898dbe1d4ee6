import type { Command } from './command.ts';
import { refuseUnknown } from './refuse-unknown.ts';

/**
 * Each command with the word that calls it, in the order in which help lists them. They are loaded when called: to
 * load all takes longer than many a command does.
 */
const LOADERS: readonly (readonly [word: string, load: (words: readonly string[]) => Promise<Command>])[] = [
  ['soak', async () => (await import('./soak-command.ts')).soakCommand],
  ['report', async () => (await import('./report-command.ts')).reportCommand],
  ['check', async () => (await import('./report-command.ts')).checkCommand],
  ['verify', async () => (await import('./verify-command.ts')).verifyCommand],
  ['doctor', async () => (await import('./doctor-command.ts')).doctorCommand],
  ['detach', async () => (await import('./detach-command.ts')).detachCommand],
  ['heap', async (words) => (await import('./heap/heap-command.ts')).loadHeapCommand(words)],
  ['top', async () => (await import('./top-command.ts')).topCommand],
  ['cpu', async () => (await import('./cpu-command.ts')).cpuCommand],
  ['flame', async () => (await import('./flame-command.ts')).flameCommand],
  ['load', async () => (await import('./load-command.ts')).loadCommand],
  ['baseline', async () => (await import('./baseline-command.ts')).baselineCommand],
  ['export', async () => (await import('./export-command.ts')).exportCommand],
  ['import', async () => (await import('./import-command.ts')).importCommand],
  ['ui', async () => (await import('./ui-command.ts')).uiCommand],
  ['demo', async () => (await import('./demo-command.ts')).demoCommand],
  ['config', async () => (await import('./config-command.ts')).configCommand],
  ['completion', async () => (await import('./completion-command.ts')).completionCommand],
];

/** Throws (exit 2) where the first word calls no command: with `--help`, yargs would print its own help and end with 0. */
export function refuseUnknownCommand(words: readonly string[]): void {
  const word = words.find((one) => !one.startsWith('-'));
  const known = LOADERS.map(([name]) => name);
  if (word !== undefined) refuseUnknown('command', word, known);
}

/** The command that the first word calls; all of them where it calls none, for help, completion and suggestions. */
export async function loadCommands(words: readonly string[]): Promise<readonly Command[]> {
  const called = LOADERS.filter(([word]) => word === words[0]);
  return Promise.all((called.length > 0 ? called : LOADERS).map(([, load]) => load(words)));
}
