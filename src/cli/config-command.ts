import { basename, resolve } from 'node:path';
import { shownPath } from '../files/shown-path.ts';
import { readScenario } from '../load/scenario-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { GATE_NAMES } from '../model/finding-catalogue.ts';
import { shellWord } from '../model/shell-word.ts';
import { STARTER_CONFIG } from '../scenario/starter-config.ts';
import { readLimits } from '../study/read-limits.ts';
import { type Arguments, flagArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { loadConfig } from './load-config.ts';
import { refuseToOverwrite, writeOutput } from './output-file.ts';
import { refuseEmptyGate } from './settle-soak-options.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_FILE = 'profiler.config.yaml';

/** `config check`: the file, the scenario and the limits that it names. `config init`: a first one. */
export const configCommand: Command = (exit) => ({
  command: 'config <action> [file]',
  describe: 'check the configuration file and the files that it names, or write a first one',
  builder: (yargs) =>
    yargs
      .positional('action', {
        choices: ['check', 'init'] as const,
        demandOption: true,
        describe: 'check: report every error with line and column; init: write a commented file',
      })
      .positional('file', {
        type: 'string',
        describe: 'configuration file (default: profiler.config.yaml in this folder)',
      })
      .options({ force: { type: 'boolean', default: false, describe: 'with init: replace an existing file' } })
      .example('$0 config init', 'writes profiler.config.yaml, with a comment for each setting')
      .example('$0 config check', 'checks the file in this folder'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    if (args.action === 'init') {
      await writeStarter(args, terminal);
      exit(EXIT.passed);
      return;
    }
    const config = loadConfig(textArgument(args, 'file'));
    if (!config) {
      throw new ProfilerError(
        'config-missing',
        EXIT.usage,
        'There is no profiler.config.yaml in this folder.',
        'Give the file: profiler config check FILE. Or write one: profiler config init',
      );
    }
    const isDriven = config.scenario !== null && config.scenario !== 'none';
    const limits = [
      ...(isDriven ? readScenario(config.scenario).scenario.thresholds : []),
      ...readLimits(config.gates.thresholds, config.gates.slo),
    ];
    // A scenario that is named on the command line may bring limits.
    if (config.scenario !== null) refuseEmptyGate(config.gates.failOn ?? GATE_NAMES, limits);
    if (terminal.json) terminal.data({ file: config.file, valid: true });
    else terminal.print(`${config.file}: valid`);
    exit(EXIT.passed);
  },
});

async function writeStarter(args: Arguments, terminal: Terminal): Promise<void> {
  const file = resolve(textArgument(args, 'file') ?? DEFAULT_FILE);
  const force = flagArgument(args, 'force');
  refuseToOverwrite(file, force);
  const place = { whenTaken: force ? 'replace' : 'beside', say: terminal.say } as const;
  const written = await writeOutput(file, STARTER_CONFIG, place);
  if (terminal.json) terminal.data({ file: written });
  else terminal.print(written);
  const named = basename(written) === DEFAULT_FILE ? '' : ` ${shellWord(shownPath(written))}`;
  terminal.say(`Name your service in it, then: profiler config check${named}`);
}
