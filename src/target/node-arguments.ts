/** Node options that take their value as the next argument. Others take it after `=` or have none. */
const TAKES_VALUE = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '-e',
  '--eval',
  '-p',
  '--print',
  '-pe',
  '--input-type',
  '--title',
  '--env-file',
]);

interface NodeArguments {
  /** The options before the script: `--inspect=0`, `--max-old-space-size=512`. */
  readonly flags: readonly string[];
  /** Path as given; null with `--eval` and in a program that changed its title. */
  readonly script: string | null;
}

/** Takes the command line of a Node process apart: `node [flags] script [arguments of the program]`. */
export function splitNodeArguments(argv: readonly string[]): NodeArguments {
  const flags: string[] = [];
  let runsCode = false;
  for (let index = 1; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (!argument.startsWith('-') || argument === '-') return { flags, script: runsCode ? null : argument };
    if (argument === '--') return { flags, script: runsCode ? null : (argv[index + 1] ?? null) };
    flags.push(argument);
    if (/^(-e|-p|-pe|--eval|--print)(=|$)/.test(argument)) runsCode = true;
    if (TAKES_VALUE.has(argument)) index += 1;
  }
  return { flags, script: null };
}
