#!/usr/bin/env node
import { runCli } from './run-cli.ts';

// A reader that went away (`| head`, a closed terminal) must not end a run that was meant for the night.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await runCli(process.argv.slice(2));
