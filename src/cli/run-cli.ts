import type { FallbackCompletionFunction } from 'yargs';
import { ownCommand } from '../files/own-command.ts';
import { toolVersion } from '../files/tool-version.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import type { Command } from './command.ts';
import { loadCommands, refuseUnknownCommand } from './commands.ts';
import { COMPLETION_OPTION, completeWords } from './complete-words.ts';
import { usageErrorOf } from './option-types.ts';
import { writeResult } from './output.ts';
import { printError } from './print-error.ts';
import { withDashKept } from './standard-streams.ts';

const WIDEST_HELP = 110;

/** Runs one command line (without node and script) and returns its exit code. Errors are printed here and nowhere else. */
export async function runCli(words: readonly string[]): Promise<ExitCode> {
  try {
    return await run(words);
  } catch (error) {
    return printError(error, words.includes('--json'));
  }
}

async function run(words: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.passed;
  // A shell that completes a line hands over the option, the name of the program, and the line so far.
  const isCompleting = words[0] === COMPLETION_OPTION;
  const line = isCompleting ? words.slice(2) : words;
  const found = isCompleting ? completeWords(line, process.cwd()) : null;
  if (found !== null) {
    writeResult(`${found.join('\n')}\n`);
    return exitCode;
  }
  if (!isCompleting) refuseUnknownCommand(words);
  // The command first: it may begin to work in another thread while yargs, the slowest of all to load, is loaded.
  const commands = await loadCommands(line);
  const { default: yargs } = await import('./command-line-parser.ts');
  const program = ownCommand();
  // Where no option was begun, a shell has better words than the names of options: files.
  const complete: FallbackCompletionFunction = (current, _args, defaults, done) =>
    void defaults((_error, found) =>
      done((found ?? []).filter((word) => !word.startsWith('-') || current.startsWith('-'))),
    );
  const parser = yargs()
    .scriptName(program)
    .usage('$0 <command> [options]\n\nFinds what leaks or degrades in a Node.js service that is already running.')
    // Without this the messages follow LANG, and scripts that read them break.
    .locale('en')
    .parserConfiguration({
      'populate--': true,
      'boolean-negation': true,
      'strip-aliased': true,
      'parse-numbers': false,
    })
    .options({
      json: { type: 'boolean', default: false, describe: 'print the result as JSON on stdout', global: true },
      quiet: { type: 'boolean', default: false, describe: 'do not print progress on stderr', global: true },
      // yargs reads `--no-color` as `color: false`; declared, so that strict mode accepts it.
      color: { type: 'boolean', default: true, describe: 'use colours (NO_COLOR switches them off too)', global: true },
    })
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Name a command.')
    .exitProcess(false)
    .fail((message, error) => {
      throw error && error.name !== 'YError' ? error : usageOf(error?.message ?? message, words, commands);
    })
    .epilogue(
      'Exit codes: 0 gates passed, 1 a gate failed, 2 usage or configuration, 3 could not attach, 4 target lost,\n' +
        '5 not enough data to judge, 6 storage, 70 a defect of the tool, 130 stopped by the user.\n\n' +
        `Start here:  ${program} soak --minutes 5 --pid <pid of your service>   (in a checkout also: ${program} demo)`,
    )
    .version(toolVersion())
    .alias({ help: 'h', version: 'v' })
    .completion('yargs-completion', false, complete)
    .wrap(Math.min(WIDEST_HELP, process.stdout.columns ?? WIDEST_HELP));
  for (const command of commands) {
    parser.command(
      command((code) => {
        exitCode = code;
      }),
    );
  }
  // With a callback, yargs prints neither help nor completions itself.
  await parser.parseAsync(withDashKept(words), {}, (_error, _args, text) => {
    if (text !== '') writeResult(`${text}\n`);
  });
  return exitCode;
}

/** What yargs says of an argument that is missing names neither it nor the command. */
function usageOf(message: string, words: readonly string[], commands: readonly Command[]): ProfilerError {
  const [command] = commands.length === 1 ? commands : [];
  if (!command || !/^Not enough non-option arguments/.test(message)) return usageErrorOf(message);
  const called = words.filter((word) => !word.startsWith('-')).slice(0, words[0] === 'heap' ? 2 : 1);
  const usage = `profiler ${called.join(' ')}`;
  return new ProfilerError('usage', EXIT.usage, `An argument of ${usage} is missing.`, `See ${usage} --help.`);
}
