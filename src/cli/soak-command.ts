import { join } from 'node:path';
import type { Options } from 'yargs';
import { createHostClock } from '../capture/host-clock.ts';
import { runId } from '../format/run-id.ts';
import { worstExitCode } from '../model/exit-codes.ts';
import { MOST_USERS } from '../scenario/scenario-schema.ts';
import { DEFAULT_SNAPSHOTS } from '../soak/soak-options.ts';
import { flagArgument, terminalFor, textArgument } from './arguments.ts';
import { ADDON_PATH_OPTION, backendOption } from './backend-options.ts';
import type { Command } from './command.ts';
import { EDITOR_OPTION, editorTemplate } from './editor-option.ts';
import { loadConfig } from './load-config.ts';
import { METRICS_OPTIONS, metricsAddress, metricsListener, withLiveMetrics } from './offer-live-metrics.ts';
import { durationOption, maxPauseOption, numberOption, rateOption, textOption } from './option-types.ts';
import {
  ANNOTATIONS_OPTION,
  annotate,
  FULL_OPTION,
  lossListener,
  NOTIFY_OPTION,
  notifierOf,
  withNotices,
} from './publish-options.ts';
import { resolveTarget } from './resolve-target.ts';
import { checkNamedFolders, settleFolders, settleSoakOptions } from './settle-soak-options.ts';
import { soakAndReport } from './soak-and-report.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { TARGET_OPTIONS, targetOf } from './target-options.ts';

const OPTIONS = {
  hours: { ...numberOption('hours', 'length of the run'), group: 'Length:' },
  minutes: { ...numberOption('minutes', 'length of the run'), group: 'Length:' },
  seconds: { ...numberOption('seconds', 'length of the run'), group: 'Length:' },
  duration: { ...durationOption('duration', 'length of the run, such as 8h (default: 8h)', '8h'), group: 'Length:' },
  scenario: { ...textOption('scenario', 'scenario file that makes the load'), group: 'Load:' },
  load: {
    ...textOption('load', '`none`: watch the existing traffic (default without --scenario)'),
    group: 'Load:',
  },
  url: { ...textOption('url', 'base URL of the load (overrides the scenario)'), group: 'Load:' },
  users: {
    ...numberOption('users', 'virtual users (overrides the scenario)', {
      min: 1,
      max: MOST_USERS,
      integer: true,
    }),
    group: 'Load:',
  },
  rate: { ...rateOption('rate', 'arrivals, such as 100/s (overrides the load of the scenario)'), group: 'Load:' },
  sample: { ...durationOption('sample', 'time between samples (default: 1s)', '1s'), group: 'Captures:' },
  snapshots: {
    ...numberOption(
      'snapshots',
      `total number of heap snapshots (default: ${DEFAULT_SNAPSHOTS.driven} with --scenario, ${DEFAULT_SNAPSHOTS.watched} without)`,
      { integer: true },
    ),
    group: 'Captures:',
  },
  'max-pause': {
    ...maxPauseOption('refuse a capture whose estimated pause is longer'),
    group: 'Captures:',
  },
  'pause-budget': {
    ...durationOption(
      'pause-budget',
      'refuse captures beyond this sum of all pauses (default without --scenario: 5s, in runs over 42 minutes 0.2 % of the run)',
      '5s',
    ),
    group: 'Captures:',
  },
  'cpu-backend': { ...backendOption('cpu-backend', 'what records the CPU', 'v8-profiler-next'), group: 'Captures:' },
  'heap-backend': { ...backendOption('heap-backend', 'what takes heap snapshots', 'heapdump'), group: 'Captures:' },
  'addon-path': { ...ADDON_PATH_OPTION, group: 'Captures:' },
  'cpu-interval': {
    ...durationOption('cpu-interval', 'time between CPU samples (default: depends on the length of the run)', '20ms'),
    group: 'Captures:',
  },
  'cpu-window': {
    ...durationOption('cpu-window', 'length of one CPU profile (default: depends on the length of the run)', '10m'),
    group: 'Captures:',
  },
  'clinic-window': {
    ...durationOption(
      'clinic-window',
      'also record, in the middle of the run, what clinic doctor reads (at most 120s)',
      '60s',
    ),
    group: 'Captures:',
  },
  database: {
    ...textOption('database', 'also watch this PostgreSQL database: postgres://USER@HOST/NAME'),
    group: 'Captures:',
  },
  probes: {
    type: 'boolean',
    default: true,
    describe: 'watch requests and database queries inside the service (--no-probes: off)',
    group: 'Captures:',
  },
  scrape: {
    ...textOption('scrape', "also read the service's own metrics, such as http://127.0.0.1:3000/metrics"),
    group: 'Captures:',
  },
  'fail-on': {
    ...textOption('fail-on', 'gates that fail the run: leak,slo,degradation or none (default: all)'),
    group: 'Gates:',
  },
  slo: { ...textOption('slo', 'file of thresholds'), group: 'Gates:' },
  ...METRICS_OPTIONS,
  notify: { ...NOTIFY_OPTION, group: 'Monitoring:' },
  annotations: { ...ANNOTATIONS_OPTION, group: 'Gates:' },
  config: {
    ...textOption('config', 'configuration file (default: profiler.config.yaml in this folder)'),
    group: 'Files:',
  },
  out: { ...textOption('out', 'run folder (default: profiles/<run-id>)'), group: 'Files:' },
  'report-dir': { ...textOption('report-dir', 'report folder (default: reports/<run-id>)'), group: 'Files:' },
  full: { ...FULL_OPTION, group: 'Files:' },
  editor: { ...EDITOR_OPTION, group: 'Files:' },
  'allow-remote': { type: 'boolean', default: false, describe: 'allow --inspect to connect to another host' },
  force: {
    type: 'boolean',
    default: false,
    describe: 'replace an existing run in the --out folder; take snapshots even if the estimate forbids them',
  },
} as const satisfies Readonly<Record<string, Options>>;

export const soakCommand: Command = (exit) => ({
  command: 'soak',
  describe: 'attach to a running service, drive or watch load, and report what leaks or degrades',
  builder: (yargs) =>
    yargs
      .options(TARGET_OPTIONS)
      .options(OPTIONS)
      .example('$0 soak --pid 4711 --minutes 5', 'watch the traffic of a running service')
      .example('$0 soak --port 3000 --hours 8 --pause-budget 2s', 'watch a live service, paused for 2 s in all at most')
      .example('$0 soak --port 3000 --scenario soak.yaml --hours 8', 'soak overnight with the load of a scenario')
      .example(
        '$0 soak --port 3000 --scrape http://127.0.0.1:3000/metrics --metrics-port 9464',
        "with the service's own metrics; live figures for Prometheus",
      )
      .example('$0 soak --port 3000 --database postgres://watch@db/orders', 'also watch connections, locks and plans')
      .example('$0 soak --port 3000 --hours 8 --clinic-window 60s', 'then: profiler export RUN --to clinic-doctor')
      .example(
        '$0 soak --port 3000 --hours 8 --notify https://hooks.example.com/soak',
        'send messages about the run to a chat',
      )
      .example('$0 soak --port 3000 --minutes 20 --annotations github', 'in a workflow of GitHub Actions')
      .example('$0 soak --minutes 3 --scenario soak.yaml -- node server.js', 'start the service first'),
  handler: async (args) => {
    const config = loadConfig(textArgument(args, 'config'));
    const terminal = terminalFor(args);
    const settled = settleSoakOptions(args, config);
    await checkNamedFolders(args, config);
    const address = metricsAddress(args, config);
    const editor = editorTemplate(args, config);
    const notifier = notifierOf(args, config, terminal);
    const signals = stopOnSignals(terminal.say);
    const target = await resolveTarget(targetOf(args) ?? config?.target ?? null, 'soak', {
      url: textArgument(args, 'url') ?? config?.url ?? null,
      allowRemote: flagArgument(args, 'allow-remote'),
      signals,
    });
    try {
      const firstId = runId(createHostClock().wallMs(), target.facts.name);
      const folders = await settleFolders(firstId, args, config, target.process?.pid ?? null);
      const { runId: id, runDir, reportDir } = folders;
      const { name: service, nodeVersion } = target.facts;
      const live = { service, nodeVersion, runId: id, sampleMs: settled.sampleMs };
      const full = flagArgument(args, 'full');
      const run = { service, runId: id };
      const place = { page: join(reportDir, 'index.html'), exitCode: worstExitCode };
      const { document, exitCodes } = await withLiveMetrics(address, live, terminal, (metrics) => {
        const others = [
          ...(metrics ? [metricsListener(metrics)] : []),
          ...(notifier ? [lossListener(notifier, run)] : []),
        ];
        return withNotices(notifier, run, place, () =>
          soakAndReport(target, { ...settled, runId: id, runDir }, reportDir, terminal, signals, {
            others,
            full,
            editor,
          }),
        );
      });
      annotate(args, document.report, terminal);
      exit(worstExitCode(exitCodes));
    } finally {
      await target.release();
      await signals.release();
    }
  },
});
