#!/usr/bin/env node
import { printError } from './print-error.ts';
import { runCli } from './run-cli.ts';

// What fails outside of every command (a listener, a timer) is printed as all errors are, and not by Node itself.
process.on('uncaughtException', (error) => {
  process.exit(printError(error, process.argv.includes('--json')));
});

// A reader that went away (`| head`, a closed terminal) must not end a run that was meant for the night.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await runCli(process.argv.slice(2));
