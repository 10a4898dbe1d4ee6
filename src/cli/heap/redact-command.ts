import { resolve } from 'node:path';
import { formatCount } from '../../model/units.ts';
import { redactSnapshot, redactSnapshotTo } from '../../snapshot-stream/redact-snapshot.ts';
import { flagArgument, terminalFor } from '../arguments.ts';
import type { Command } from '../command.ts';
import { writeContent } from '../output.ts';
import { refuseToOverwrite, tellBeside } from '../output-file.ts';
import { isDash, noRoomOnStdout, openNamed } from '../standard-streams.ts';
import { showProgress } from './progress.ts';

/** The same graph without what strings say: to hand a snapshot to somebody else. */
export const redactCommand: Command = () => ({
  command: 'redact <in> <out>',
  describe: 'write the same graph without string values',
  builder: (yargs) =>
    yargs
      .positional('in', { type: 'string', demandOption: true, describe: 'snapshot to read; - reads stdin' })
      .positional('out', {
        type: 'string',
        demandOption: true,
        describe: 'snapshot to write; .gz or .br compress it, - is stdout',
      })
      .options({ force: { type: 'boolean', default: false, describe: 'replace an existing file' } })
      .example('$0 heap redact service.heapsnapshot for-others.heapsnapshot.gz', 'names stay, values are removed'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const isOut = isDash(args.out);
    if (isOut && terminal.json) throw noRoomOnStdout();
    const output = isOut ? null : resolve(String(args.out));
    const force = flagArgument(args, 'force');
    const { path: input, release } = await openNamed(String(args.in));
    if (output !== null) refuseToOverwrite(output, force, [input]);
    const onProgress = showProgress(terminal);
    const redaction =
      output === null
        ? redactSnapshotTo(input, { onProgress, write: writeContent })
        : redactSnapshot(input, output, { onProgress, whenTaken: force ? 'replace' : 'beside' });
    const { path, strings, redacted } = await redaction.finally(release);
    if (output !== null) tellBeside(output, path, terminal.say);
    const words = `${formatCount(redacted)} of ${formatCount(strings)} strings removed. Names of classes, functions, properties and scripts are kept.`;
    if (terminal.json) terminal.data({ schema: 'profiler-heap/1', strings, redacted });
    else if (isOut) terminal.say(words);
    else terminal.print(words);
  },
});
