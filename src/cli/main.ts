#!/usr/bin/env node
import { goFirstWhenMemoryRunsOut } from '../files/oom-score.ts';
import { errnoOf, loadErrorOf, storageError } from '../files/storage-error.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import { printError } from './print-error.ts';

const words = process.argv.slice(2);
const UNSETTLED_AWAIT = 13;

goFirstWhenMemoryRunsOut();

// A reader that went away (`| head`, a closed terminal) must not end a run that was meant for the night.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
// A failed write of the result is reported: an empty file could be mistaken for a result.
process.stdout.once('error', (error) => {
  if (errnoOf(error) === 'EPIPE') return;
  const code = printError(storageError('cannot write', 'the result to stdout', error), false);
  process.on('exit', () => {
    if ((process.exitCode ?? EXIT.passed) === EXIT.passed) process.exitCode = code;
  });
});

// Nothing that nobody waited for may end in exit code 1, which means that a gate failed.
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => process.exit(told(error)));
// Node's own code for a program that waits for what can never happen.
process.on('exit', () => {
  if (process.exitCode === UNSETTLED_AWAIT) process.exitCode = EXIT.toolFailed;
});

try {
  // Loaded here, not above: hundreds of modules are opened at once, and where that is too many (ulimit -n) it is to be said.
  const { runCli } = await import('./run-cli.ts');
  process.exitCode = await runCli(words);
} catch (error) {
  process.exitCode = told(error);
}

/** The exit code of the reported error. */
function told(error: unknown): ExitCode {
  return printError(loadErrorOf(error) ?? error, words.includes('--json'));
}
