import { dirname, join, resolve } from 'node:path';
import { browseRuns } from '../browse/browse-runs.ts';
import { lstatOf } from '../files/output-place.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { numberArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { numberOption, textOption } from './option-types.ts';
import { serveUntilStopped } from './serve-until-stopped.ts';

const LAST_PORT = 65_535;

/** Runs in a browser, on loopback. */
export const uiCommand: Command = () => ({
  command: 'ui [dir]',
  describe: 'browse runs in a browser, compare two, watch one that is being recorded, explore snapshots',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', default: 'profiles', describe: 'folder of run folders' })
      .options({
        reports: textOption('reports', 'folder of the reports (default: reports beside the folder of runs)'),
        port: numberOption('port', 'port on 127.0.0.1 (default 0: any free one)', { max: LAST_PORT, integer: true }),
      })
      .example('$0 ui', 'prints the address to open'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const dir = resolve(String(args.dir));
    if (!lstatOf(dir)?.isDirectory()) {
      const hint = 'Run `profiler soak` first, or name the folder: profiler ui path/to/profiles';
      throw new ProfilerError('no-runs', EXIT.usage, `${dir} is no folder of runs.`, hint);
    }
    const reports = resolve(textArgument(args, 'reports') ?? join(dirname(dir), 'reports'));
    const server = await browseRuns({ dir, reports, port: numberArgument(args, 'port') ?? 0 });
    await serveUntilStopped(server, 'runs', terminal);
  },
});
