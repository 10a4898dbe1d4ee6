import { formatCount } from '../../model/units.ts';
import { redactSnapshot } from '../../snapshot/redact-snapshot.ts';
import { terminalFor } from '../arguments.ts';
import type { Command } from '../command.ts';
import { showProgress } from './progress.ts';

/** The same graph without what strings say: to hand a snapshot to somebody else. */
export const redactCommand: Command = () => ({
  command: 'redact <in> <out>',
  describe: 'the same graph with string values removed',
  builder: (yargs) =>
    yargs
      .positional('in', { type: 'string', demandOption: true, describe: 'snapshot to read' })
      .positional('out', { type: 'string', demandOption: true, describe: 'snapshot to write; .gz or .br compress it' })
      .example('$0 heap redact service.heapsnapshot for-others.heapsnapshot.gz', 'names stay, values go'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const { strings, redacted } = await redactSnapshot(String(args.in), String(args.out), {
      onProgress: showProgress(terminal),
    });
    const words = `${formatCount(redacted)} of ${formatCount(strings)} strings removed. Names of classes, functions, properties and scripts are kept.`;
    if (terminal.json) terminal.data({ schema: 'profiler-heap/1', strings, redacted });
    else terminal.print(words);
  },
});
