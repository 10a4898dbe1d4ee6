import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { renderLoadTerminal } from '../report/render-load-terminal.ts';
import type { LoadOverrides } from '../scenario/override-load.ts';
import { parseScenario } from '../scenario/parse-scenario.ts';
import { starterScenario } from '../scenario/starter-scenario.ts';
import { runLoad } from '../single/run-load.ts';
import { type Arguments, flagArgument, numberArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { createLoadView } from './load-view.ts';
import { durationOption, numberOption, rateOption, textOption } from './option-types.ts';
import { refuseToOverwrite, writeOutput } from './output-file.ts';
import { findScenarioFile } from './settle-soak-options.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_FILE = 'scenario.yaml';
const DEFAULT_URL = 'http://127.0.0.1:3000';

/** Drives a scenario alone, without looking into any process. */
export const loadCommand: Command = (exit) => ({
  command: 'load [scenario]',
  describe: 'drive a scenario alone, and judge its limits',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        describe: 'scenario file, or the name of one that comes with the tool',
      })
      .options({
        url: textOption('url', 'base URL, in place of that of the scenario'),
        users: numberOption('users', 'virtual users, in place of those of the scenario', { min: 1, integer: true }),
        rate: rateOption('rate', 'arrivals, such as 100/s, in place of the load of the scenario'),
        duration: durationOption('duration', 'length, in place of that of the scenario', '5m'),
        init: { type: 'string', describe: `write a scenario to start from (default: ${DEFAULT_FILE}) and end` },
        force: { type: 'boolean', default: false, describe: 'with --init: replace a file that is there' },
      })
      .example('$0 load --init orders.yaml', 'a scenario to start from')
      .example('$0 load orders.yaml --rate 200/s --duration 2m', 'percentiles and limits, exit code 1 where one fails'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    if (args.init !== undefined) {
      await writeStarter(args, terminal);
      exit(EXIT.passed);
      return;
    }
    const file = findScenarioFile(scenarioOf(args));
    const scenario = parseScenario(readFileSync(file, 'utf8'), { fileName: file });
    const durationMs = numberArgument(args, 'duration') ?? scenario.load.durationMs;
    const signals = stopOnSignals(terminal.say, {
      words: 'stopping: waiting for what is in flight (again to give up)',
    });
    try {
      const { report, exitCode } = await runLoad({
        scenario,
        baseUrl: textArgument(args, 'url'),
        overrides: overridesOf(args),
        stop: signals.stop,
        onStatus: createLoadView(terminal, durationMs),
        say: terminal.say,
      });
      terminal.print(
        terminal.json
          ? JSON.stringify(report)
          : renderLoadTerminal(report, { colour: terminal.colour, width: terminal.columns }).trimEnd(),
      );
      if (exitCode === EXIT.notEnoughData) terminal.say('Not enough was answered to judge: is the service there?');
      exit(exitCode);
    } finally {
      signals.release();
    }
  },
});

function scenarioOf(args: Arguments): string {
  const scenario = textArgument(args, 'scenario');
  if (scenario !== null) return scenario;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    'No scenario was named.',
    'profiler load FILE drives one; profiler load --init FILE writes one to start from.',
  );
}

function overridesOf(args: Arguments): LoadOverrides {
  const users = numberArgument(args, 'users');
  const ratePerSecond = numberArgument(args, 'rate');
  const durationMs = numberArgument(args, 'duration');
  return {
    ...(users === null ? {} : { users }),
    ...(ratePerSecond === null ? {} : { ratePerSecond }),
    ...(durationMs === null ? {} : { durationMs }),
  };
}

async function writeStarter(args: Arguments, terminal: Terminal): Promise<void> {
  const file = resolve(textArgument(args, 'init') || DEFAULT_FILE);
  refuseToOverwrite(file, flagArgument(args, 'force'));
  await writeOutput(file, starterScenario(textArgument(args, 'url') ?? DEFAULT_URL));
  terminal.print(terminal.json ? JSON.stringify({ file }) : file);
  terminal.say(`Name your requests in it, then: profiler load ${file}`);
}
