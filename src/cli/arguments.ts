import { openTerminal, type Terminal } from './terminal.ts';

/** What yargs hands to a command: already checked by the option types. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The value of a text option or positional; null when it was not given. */
export function textArgument(args: Arguments, name: string): string | null {
  const value = args[name];
  return typeof value === 'string' ? value : null;
}

/** The value of a number, duration or rate option; null when it was not given. */
export function numberArgument(args: Arguments, name: string): number | null {
  const value = args[name];
  return typeof value === 'number' ? value : null;
}

/** Of a flag that is given twice, yargs hands on both; the last one counts. */
export function flagArgument(args: Arguments, name: string): boolean {
  const value = args[name];
  return (Array.isArray(value) ? value.at(-1) : value) === true;
}

/** The terminal as the options that all commands share ask for it. */
export function terminalFor(args: Arguments): Terminal {
  return openTerminal({
    json: flagArgument(args, 'json'),
    quiet: flagArgument(args, 'quiet'),
    noColor: !flagArgument(args, 'color'),
  });
}
