import { EXIT } from '../model/exit-codes.ts';
import { closeAbandoned } from '../target/close-abandoned.ts';
import { detachLeftover } from '../target/detach-leftover.ts';
import { findTarget } from '../target/find-target.ts';
import { flagArgument, terminalFor } from './arguments.ts';
import type { Command } from './command.ts';
import { noTargetError } from './resolve-target.ts';
import { TARGET_OPTIONS, targetOf } from './target-options.ts';

/** Closes an inspector that was left open, with everything of ours in the target. */
export const detachCommand: Command = (exit) => ({
  command: 'detach',
  describe: 'close an inspector that was left open',
  builder: (yargs) =>
    yargs
      .options({ ...TARGET_OPTIONS, inspect: { ...TARGET_OPTIONS.inspect, hidden: true } })
      .options({
        force: { type: 'boolean', default: false, describe: 'close it even if this tool did not open it' },
      })
      .example('$0 detach --pid 4711', 'after the tool was killed'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const spec = targetOf(args);
    if (!spec || 'command' in spec || 'inspect' in spec) throw noTargetError('detach');
    const result = await detachLeftover(findTarget(spec), { force: flagArgument(args, 'force') });
    for (const closed of await closeAbandoned()) terminal.say(closed);
    if (terminal.json) terminal.data(result);
    else terminal.print(result.detail);
    exit(EXIT.passed);
  },
});
