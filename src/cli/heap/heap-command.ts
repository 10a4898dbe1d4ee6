import type { Command } from '../command.ts';
import { diffCommand } from './diff-command.ts';
import { redactCommand } from './redact-command.ts';
import { retainersCommand } from './retainers-command.ts';
import { snapshotCommand } from './snapshot-command.ts';
import { summaryCommand } from './summary-command.ts';

/** The first takes a snapshot, the others read snapshot files. */
const HEAP_COMMANDS: readonly Command[] = [
  snapshotCommand,
  summaryCommand,
  diffCommand,
  retainersCommand,
  redactCommand,
];

/** `profiler heap …` */
export const heapCommand: Command = (exit) => ({
  command: 'heap <command>',
  describe: 'take a heap snapshot, or read some: summary, growth, retaining paths, redaction',
  builder: (yargs) =>
    yargs
      .command(HEAP_COMMANDS.map((command) => command(exit)))
      .demandCommand(1)
      .example('$0 heap snapshot --port 3000', 'of a running service')
      .example('$0 heap diff 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot', 'what grew, and who holds it'),
  handler: () => undefined,
});
