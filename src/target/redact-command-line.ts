import { redactArguments, redactCommand } from '../redact/redact-arguments.ts';
import { splitNodeArguments } from './node-arguments.ts';

const RUNS_CODE = new Set(['-e', '--eval', '-p', '--print', '-pe']);

/** A command line of a process, mostly of Node, fit to be stored and shown; the text of `--eval` is replaced as well. */
export function redactCommandLine(argv: readonly string[]): string[] {
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
  return /\s/.test(title) ? redactCommand(title) : redactArguments([title]).join('');
}

function codeOf(text: string): string {
  return `[script of ${text.length} characters]`;
}
