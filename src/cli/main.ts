#!/usr/bin/env node
import { EXIT } from '../model/exit-codes.ts';
import { printError } from './print-error.ts';
import { runCli } from './run-cli.ts';

const words = process.argv.slice(2);
const UNSETTLED_AWAIT = 13;

// A reader that went away (`| head`, a closed terminal) must not end a run that was meant for the night.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Nothing that nobody waited for may end in exit code 1, which means that a gate failed.
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, endOfTool);
// Node's own code for a program that waits for what can never happen.
process.on('exit', () => {
  if (process.exitCode === UNSETTLED_AWAIT) process.exitCode = EXIT.toolFailed;
});

process.exitCode = await runCli(words);

function endOfTool(error: unknown): void {
  const isJson = words.includes('--json');
  process.exit(printError(error, (text) => (isJson ? process.stdout : process.stderr).write(text), isJson));
}
