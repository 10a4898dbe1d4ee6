import { toolVersion } from '../files/tool-version.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import { loadCommands } from './commands.ts';
import { usageErrorOf } from './option-types.ts';
import { writeResult } from './output.ts';
import { printError } from './print-error.ts';

const WIDEST_HELP = 110;

/** Runs one command line (without node and script) and returns its exit code. Errors are printed here and nowhere else. */
export async function runCli(words: readonly string[]): Promise<ExitCode> {
  const json = words.includes('--json');
  let exitCode: ExitCode = EXIT.passed;
  // The command first: it may begin to work in another thread while yargs, the slowest of all to load, is loaded.
  const commands = await loadCommands(words);
  const { default: yargs } = await import('./command-line-parser.ts');
  const parser = yargs()
    .scriptName('profiler')
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
      throw error && error.name !== 'YError' ? error : usageErrorOf(error?.message ?? message);
    })
    .epilogue(
      'Exit codes: 0 gates passed, 1 a gate failed, 2 usage or configuration, 3 could not attach, 4 target lost,\n' +
        '5 not enough data to judge, 6 storage, 70 a defect of the tool, 130 stopped by the user.\n\n' +
        'Start here:  profiler soak --minutes 5 --pid <pid of your service>   (in a checkout also: profiler demo)',
    )
    .version(toolVersion())
    .alias({ help: 'h', version: 'v' })
    .completion('completion', 'print a completion script for bash or zsh')
    .wrap(Math.min(WIDEST_HELP, process.stdout.columns ?? WIDEST_HELP));
  for (const command of commands) {
    parser.command(
      command((code) => {
        exitCode = code;
      }),
    );
  }
  try {
    // With a function to hand it to, yargs prints neither help nor completions by itself.
    await parser.parseAsync([...words], {}, (_error, _args, text) => {
      if (text !== '') writeResult(`${text}\n`);
    });
  } catch (error) {
    return printError(error, json);
  }
  return exitCode;
}
