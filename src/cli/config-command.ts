import { readScenario } from '../load/scenario-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { GATE_NAMES } from '../model/finding-catalogue.ts';
import { readLimits } from '../study/read-limits.ts';
import { terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { loadConfig } from './load-config.ts';
import { refuseEmptyGate } from './settle-soak-options.ts';

/** `config check`: the file, the scenario and the limits that it names. */
export const configCommand: Command = (exit) => ({
  command: 'config <action> [file]',
  describe: 'check the configuration file, and the files that it names',
  builder: (yargs) =>
    yargs
      .positional('action', {
        choices: ['check'] as const,
        demandOption: true,
        describe: 'check: report every error with line and column',
      })
      .positional('file', {
        type: 'string',
        describe: 'configuration file (default: profiler.config.yaml in this folder)',
      })
      .example('$0 config check', 'checks the file in this folder'),
  handler: (args) => {
    const terminal = terminalFor(args);
    const config = loadConfig(textArgument(args, 'file'));
    if (!config) {
      throw new ProfilerError(
        'config-missing',
        EXIT.usage,
        'There is no profiler.config.yaml in this folder.',
        'Give the file: profiler config check FILE. Its schema is schemas/config.schema.json of this package.',
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
