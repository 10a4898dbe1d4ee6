import { resolve } from 'node:path';
import { formatCount } from '../../model/units.ts';
import { redactSnapshot } from '../../snapshot-stream/redact-snapshot.ts';
import { flagArgument, terminalFor } from '../arguments.ts';
import type { Command } from '../command.ts';
import { refuseToOverwrite, tellBeside } from '../output-file.ts';
import { showProgress } from './progress.ts';

/** The same graph without what strings say: to hand a snapshot to somebody else. */
export const redactCommand: Command = () => ({
  command: 'redact <in> <out>',
  describe: 'write the same graph without string values',
  builder: (yargs) =>
    yargs
      .positional('in', { type: 'string', demandOption: true, describe: 'snapshot to read' })
      .positional('out', { type: 'string', demandOption: true, describe: 'snapshot to write; .gz or .br compress it' })
      .options({ force: { type: 'boolean', default: false, describe: 'replace an existing file' } })
      .example('$0 heap redact service.heapsnapshot for-others.heapsnapshot.gz', 'names stay, values are removed'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const input = String(args.in);
    const output = resolve(String(args.out));
    const force = flagArgument(args, 'force');
    refuseToOverwrite(output, force, [input]);
    const { path, strings, redacted } = await redactSnapshot(input, output, {
      onProgress: showProgress(terminal),
      whenTaken: force ? 'replace' : 'beside',
    });
    tellBeside(output, path, terminal.say);
    const words = `${formatCount(redacted)} of ${formatCount(strings)} strings removed. Names of classes, functions, properties and scripts are kept.`;
    if (terminal.json) terminal.data({ schema: 'profiler-heap/1', strings, redacted });
    else terminal.print(words);
  },
});
