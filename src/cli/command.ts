import type { CommandModule } from 'yargs';
import type { ExitCode } from '../model/exit-codes.ts';

/** One subcommand. It is given how to say its exit code; what it throws is printed and turned into a code by the caller. */
export type Command = (exit: (code: ExitCode) => void) => CommandModule;
