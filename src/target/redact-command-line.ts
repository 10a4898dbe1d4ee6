import { redactArguments, redactCommand } from '../redact/redact-arguments.ts';
import { splitNodeArguments } from './node-arguments.ts';

/**
 * What stands before an argument decides what it is, so each costs more the more there are: 20,000 kept the tool busy for
 * a minute, and a service that ends meanwhile waits for the tool to let go.
 */
const MOST_ARGUMENTS = 1_000;
const LONGEST_TITLE = 10_000;

const RUNS_CODE = new Set(['-e', '--eval', '-p', '--print', '-pe']);

/**
 * A command line of a process, mostly of Node, fit to be stored and shown; the text of `--eval` is replaced as well. Of a
 * very long one, the beginning and how much there is more.
 */
export function redactCommandLine(argv: readonly string[]): string[] {
  const more = argv.length - MOST_ARGUMENTS;
  if (more <= 0) return redactArgumentsOf(argv);
  return [...redactArgumentsOf(argv.slice(0, MOST_ARGUMENTS)), `[${more} more arguments]`];
}

function redactArgumentsOf(argv: readonly string[]): string[] {
  const [title = ''] = argv;
  if (argv.length === 1) return [redactTitle(title)];
  // Behind a script `-p` is the script's own: a port, mostly, or a password.
  const runsCode = splitNodeArguments(argv).script === null;
  const shown = argv.map((argument, index) => {
    const before = argv[index - 1];
    if (before !== undefined && runsCode && RUNS_CODE.has(before)) return codeOf(argument);
    const [, name = '', code = ''] = /^(--?(?:eval|print|e|p))=([\s\S]*)$/.exec(argument) ?? [];
    return name && runsCode ? `${name}=${codeOf(code)}` : null;
  });
  return redactArguments(argv).map((argument, index) => shown[index] ?? argument);
}

/** What a program calls itself (`process.title`): its words may be arguments. */
export function redactTitle(title: string): string {
  // Its last word may be cut in the midst of a secret, and would not look like one.
  if (title.length > LONGEST_TITLE) return `${redactTitle(title.slice(0, LONGEST_TITLE).replace(/\S*$/, ''))}[...]`;
  return /\s/.test(title) ? redactCommand(title) : redactArguments([title]).join('');
}

function codeOf(text: string): string {
  return `[script of ${text.length} characters]`;
}
