import { exploreHeaps } from '../../browse/explore-heaps.ts';
import { sizeOfFile } from '../../files/regular-file.ts';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import { inOrderOfTime } from '../../model/snapshot-times.ts';
import { flagArgument, numberArgument, terminalFor } from '../arguments.ts';
import type { Command } from '../command.ts';
import { numberOption } from '../option-types.ts';
import { serveUntilStopped } from '../serve-until-stopped.ts';

const LAST_PORT = 65_535;

/** A page on loopback to look through snapshots. */
export const exploreCommand: Command = () => ({
  command: 'explore <files..>',
  describe: 'look through snapshots in a browser: objects, retainers, dominators, packages, strings, what changed',
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'snapshots, oldest first; with more than one, the page also shows what changed',
      })
      .options({
        port: numberOption('port', 'port on 127.0.0.1 (default 0: any free one)', { max: LAST_PORT, integer: true }),
        salvage: { type: 'boolean', describe: 'read the intact part of damaged or truncated files' },
      })
      .example('$0 heap explore service.heapsnapshot', 'prints the address to open')
      .example('$0 heap explore 1.heapsnapshot 2.heapsnapshot', 'also what is new and what is gone, object by object'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const files = inOrderOfTime((args.files as readonly unknown[]).map(String));
    for (const file of files) refuseMissing(file);
    const explorer = await exploreHeaps(files, {
      port: numberArgument(args, 'port') ?? 0,
      salvage: flagArgument(args, 'salvage'),
    });
    await serveUntilStopped(explorer, 'heap explorer', terminal);
  },
});

function refuseMissing(file: string): void {
  if (sizeOfFile(file) !== null) return;
  const hint = 'Give .heapsnapshot files, also packed by gzip, brotli or zstd.';
  throw new ProfilerError('snapshot-missing', EXIT.usage, `${file} cannot be read: there is no such file.`, hint);
}
