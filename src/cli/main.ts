#!/usr/bin/env node
import { loadErrorOf } from '../files/storage-error.ts';
import { printError } from './print-error.ts';

// What fails outside of every command (a listener, a timer) is printed as all errors are, and not by Node itself.
process.on('uncaughtException', (error) => {
  process.exit(printError(error, process.argv.includes('--json')));
});

// A reader that went away (`| head`, a closed terminal) must not end a run that was meant for the night.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  // Loaded here, not above: hundreds of modules are opened at once, and where that is too many (ulimit -n) it is to be said.
  const { runCli } = await import('./run-cli.ts');
  process.exitCode = await runCli(process.argv.slice(2));
} catch (error) {
  process.exitCode = printError(loadErrorOf(error) ?? error, process.argv.includes('--json'));
}
