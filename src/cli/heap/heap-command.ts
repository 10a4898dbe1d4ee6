import type { SnapshotHelper } from '../../snapshot-stream/snapshot-helper.ts';
import type { Command } from '../command.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import { readAhead } from './read-ahead.ts';

/** The first takes a snapshot, the others read snapshot files. Each is loaded when called, as all commands are. */
const LOADERS: readonly (readonly [word: string, load: (ahead: SnapshotHelper | null) => Promise<Command>])[] = [
  ['snapshot', async () => (await import('./snapshot-command.ts')).snapshotCommand],
  ['summary', async (ahead) => (await import('./summary-command.ts')).summaryCommand(ahead)],
  ['diff', async (ahead) => (await import('./diff-command.ts')).diffCommand(ahead)],
  ['query', async () => (await import('./query-command.ts')).queryCommand],
  ['explore', async () => (await import('./explore-command.ts')).exploreCommand],
  ['retainers', async () => (await import('./retainers-command.ts')).retainersCommand],
  ['redact', async () => (await import('./redact-command.ts')).redactCommand],
];

const NAMES = LOADERS.map(([name]) => name);

/** `profiler heap …`, with the subcommand that `words` call; with all where they call none. */
export async function loadHeapCommand(words: readonly string[]): Promise<Command> {
  const word = words.slice(words.indexOf('heap') + 1).find((one) => !one.startsWith('-'));
  if (word !== undefined && words[0] === 'heap') refuseUnknown('heap command', word, NAMES);
  const called = LOADERS.filter(([name]) => name === words[1]);
  const ahead = readAhead(words);
  const commands = await Promise.all((called.length > 0 ? called : LOADERS).map(([, load]) => load(ahead)));
  return (exit) => ({
    command: 'heap <command>',
    describe: 'take a heap snapshot, or read snapshots: summary, growth, queries, retaining paths, redaction',
    builder: (yargs) => {
      const withCommands = yargs.command(commands.map((command) => command(exit))).demandCommand(1);
      // Help of a subcommand lists the examples of its parents too: these belong to the list of subcommands.
      return called.length > 0
        ? withCommands
        : withCommands
            .example('$0 heap summary now.heapsnapshot', 'constructors by retained size')
            .example('$0 heap diff 1.heapsnapshot 2.heapsnapshot', 'what grew, and what retains it');
    },
    handler: () => undefined,
  });
}
