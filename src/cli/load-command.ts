import { resolve } from 'node:path';
import { createHostClock } from '../capture/host-clock.ts';
import { runLoad } from '../drive/run-load.ts';
import { runStress } from '../drive/run-stress.ts';
import type { TargetWatch } from '../drive/target-watch.ts';
import { shownPath } from '../files/shown-path.ts';
import { readScenario, shippedScenarios } from '../load/scenario-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import type { RouteCount } from '../model/run-event.ts';
import { shellWord } from '../model/shell-word.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import { renderLoadTerminal } from '../report/render-load-terminal.ts';
import { renderStressTerminal } from '../report/render-stress-terminal.ts';
import type { LoadOverrides } from '../scenario/override-load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { MOST_USERS } from '../scenario/scenario-schema.ts';
import { starterScenario } from '../scenario/starter-scenario.ts';
import { watchRoutes } from '../session/watch-routes.ts';
import { servicePorts } from '../target/service-ports.ts';
import { stageWords } from '../words/report/stress-outcome.ts';
import { type Arguments, flagArgument, numberArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { watchOfLoad } from './load-target.ts';
import { createLoadView, createStressView } from './load-view.ts';
import { durationOption, numberOption, rateOption, textOption } from './option-types.ts';
import { refuseToOverwrite, writeOutput } from './output-file.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { ATTACH_OPTIONS, TARGET_OPTIONS, targetOf } from './target-options.ts';
import type { Terminal } from './terminal.ts';
import { withAttachment } from './with-attachment.ts';

const DEFAULT_FILE = 'scenario.yaml';
const DEFAULT_URL = 'http://127.0.0.1:3000';
/** So long the requests of a service are watched for a first scenario. */
const WATCHED_MS = 10_000;
const NOT_ANSWERED = 'Too few responses to judge: is the service running?';

/** Drives a scenario alone; nothing is recorded. */
export const loadCommand: Command = (exit) => ({
  command: 'load [scenario]',
  describe: 'run a scenario without a soak, and check its thresholds',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        describe: `scenario file, or a built-in scenario: ${shippedScenarios().join(', ')}`,
      })
      .options(TARGET_OPTIONS)
      .options(ATTACH_OPTIONS)
      .options({
        url: textOption('url', 'base URL (overrides the scenario)'),
        users: numberOption('users', 'virtual users (overrides the scenario)', {
          min: 1,
          max: MOST_USERS,
          integer: true,
        }),
        rate: rateOption('rate', 'arrivals, such as 100/s (overrides the load of the scenario)'),
        duration: durationOption('duration', 'length (overrides the scenario)', '5m'),
        database: textOption('database', 'PostgreSQL of the service, to watch its connections: postgres://…'),
        workers: numberOption('workers', 'processes that share the load (default: 1)', { min: 1, integer: true }),
        init: {
          type: 'string',
          describe: `write the scenario, or a first one, to a file (${DEFAULT_FILE}) and exit; with a target: with the requests that it gets meanwhile (--duration, default 10s)`,
        },
        force: { type: 'boolean', default: false, describe: 'with --init: replace an existing file' },
      })
      .example('$0 load --init orders.yaml', 'a scenario to start from')
      .example('$0 load --init orders.yaml --port 3000', 'the same with the requests that the service gets meanwhile')
      .example(
        '$0 load peak --url http://127.0.0.1:3000 --port 3000',
        'a busy hour; --port watches CPU, memory, event loop',
      )
      .example(
        '$0 load stress --port 3000 --database postgres://watch@db/orders',
        'more and more users until the service breaks, and which resource ran out',
      )
      .example(
        '$0 load orders.yaml --rate 200/s --duration 2m',
        'percentiles and thresholds, exit code 1 if one fails',
      ),
  handler: async (args) => {
    const terminal = terminalFor(args);
    if (args.init !== undefined) {
      await writeStarter(args, terminal);
      exit(EXIT.passed);
      return;
    }
    const { scenario } = readScenario(scenarioOf(args));
    const signals = stopOnSignals(terminal.say, {
      words: 'stopping: waiting for requests in flight (Ctrl-C again to give up)',
    });
    try {
      const isStress = scenario.stress !== null && !hasLevel(args);
      const baseUrl = textArgument(args, 'url') ?? scenario.baseUrl;
      const target = await watchOfLoad(args, baseUrl, { terminal, signals, follows: !isStress });
      try {
        const drive = isStress ? driveStress : driveLoad;
        const exitCode = await drive({ args, scenario, watch: target.watch, stop: signals.stop, terminal });
        exit(exitCode);
      } finally {
        await target.release();
      }
    } finally {
      await signals.release();
    }
  },
});

interface Drive {
  readonly args: Arguments;
  readonly scenario: Scenario;
  readonly watch: TargetWatch | null;
  readonly stop: AbortSignal;
  readonly terminal: Terminal;
}

/** `--users` or `--rate` name one level: then there is nothing to search. */
function hasLevel(args: Arguments): boolean {
  return numberArgument(args, 'users') !== null || numberArgument(args, 'rate') !== null;
}

async function driveLoad({ args, scenario, watch, stop, terminal }: Drive): Promise<ExitCode> {
  const durationMs = numberArgument(args, 'duration') ?? scenario.load.durationMs;
  const { report, exitCode } = await runLoad({
    scenario,
    baseUrl: textArgument(args, 'url'),
    overrides: overridesOf(args),
    workers: numberArgument(args, 'workers') ?? 1,
    watch,
    stop,
    onStatus: createLoadView(terminal, durationMs),
    say: terminal.say,
  });
  const options = { colour: terminal.colour, width: terminal.columns };
  if (terminal.json) terminal.data(report);
  else terminal.show(renderLoadTerminal(report, options));
  const open = report.gates.filter(({ status }) => status === 'unknown').map(({ name }) => name);
  if (open.length > 0) {
    const why = watch === null ? ': --port N watches the service, --database URL its database' : '';
    terminal.say(`not judged, since it was not measured: ${open.join(', ')}${why}`);
  }
  const isAnswered = report.requests.some(({ count, errors }) => errors < count);
  if (exitCode === EXIT.notEnoughData && (open.length === 0 || !isAnswered)) terminal.say(NOT_ANSWERED);
  return exitCode;
}

async function driveStress({ args, scenario, watch, stop, terminal }: Drive): Promise<ExitCode> {
  const { stress: plan } = scenario;
  if (plan === null) throw new RangeError('a scenario without levels');
  const holdMs = numberArgument(args, 'duration');
  const { report, exitCode } = await runStress({
    scenario,
    plan: holdMs === null ? plan : { ...plan, holdMs },
    baseUrl: textArgument(args, 'url'),
    workers: numberArgument(args, 'workers') ?? 1,
    watch,
    stop,
    onStatus: createStressView(terminal),
    onStage: (stage) =>
      terminal.say(`${stage.level}: ${Math.round(stage.throughputPerSecond)}/s, ${stageWords(stage)}`),
    say: terminal.say,
  });
  const options = { colour: terminal.colour, width: terminal.columns };
  if (terminal.json) terminal.data(report);
  else terminal.show(renderStressTerminal(report, options));
  if (exitCode === EXIT.notEnoughData) terminal.say(NOT_ANSWERED);
  return exitCode;
}

function scenarioOf(args: Arguments): string {
  const scenario = textArgument(args, 'scenario');
  if (scenario !== null) return scenario;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    'No scenario was named.',
    `profiler load FILE runs a scenario; profiler load --init FILE writes a first one. Built-in scenarios: ${shippedScenarios().join(', ')}.`,
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
  const named = textArgument(args, 'scenario');
  const file = resolve(textArgument(args, 'init') || (named === null ? DEFAULT_FILE : `${named}.yaml`));
  const force = flagArgument(args, 'force');
  refuseToOverwrite(file, force);
  const seen = named === null && targetOf(args) !== null ? await askForRoutes(args, terminal) : null;
  const url = textArgument(args, 'url') ?? (seen?.port ? `http://127.0.0.1:${seen.port}` : DEFAULT_URL);
  const text = named === null ? starterScenario(url, seen?.routes ?? []) : withBaseUrl(readScenario(named).text, url);
  const written = await writeOutput(file, text, { whenTaken: force ? 'replace' : 'beside', say: terminal.say });
  if (terminal.json) terminal.data({ file: written });
  else terminal.print(written);
  terminal.say(`Name your requests in it, then: profiler load ${shellWord(shownPath(written))}`);
}

/** The requests that the service gets meanwhile, and the port that it serves on. */
async function askForRoutes(
  args: Arguments,
  terminal: Terminal,
): Promise<{ readonly routes: readonly RouteCount[]; readonly port: number | null }> {
  const durationMs = numberArgument(args, 'duration') ?? WATCHED_MS;
  return await withAttachment(args, terminal, {
    command: 'load --init',
    stopWords: 'writing the scenario from what was seen so far (again to give up)',
    action: async (attachment, stop) => {
      const { facts, process } = attachment;
      terminal.say(`watching the requests of ${facts.name} for ${formatDuration(durationMs)} (Ctrl-C: that is enough)`);
      const routes = await watchRoutes(attachment, { clock: createHostClock(), durationMs, stop });
      const seen = routes.reduce((sum, { begun }) => sum + begun, 0);
      terminal.say(
        seen === 0
          ? 'no request came: the scenario holds examples. Send some requests meanwhile, or watch longer (--duration 5m)'
          : `${formatCount(seen)} requests of ${routes.length} routes were seen`,
      );
      return { routes, port: numberArgument(args, 'port') ?? (process && servicePorts(process)[0]) ?? null };
    },
  });
}

function withBaseUrl(text: string, url: string): string {
  return text.replace(/^baseUrl: .*$/m, `baseUrl: ${JSON.stringify(url)}`);
}
