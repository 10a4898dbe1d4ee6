import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Options } from 'yargs';
import { failedGates } from '../analysis/failed-gates.ts';
import { type VerifyStatus, verifyDuration, verifyFinding } from '../analysis/verify-finding.ts';
import { createHostClock } from '../capture/host-clock.ts';
import { makeTemporaryFolder } from '../files/temporary-folder.ts';
import { toolVersion } from '../files/tool-version.ts';
import { runId } from '../format/run-id.ts';
import { sha256 } from '../load/scenario-digest.ts';
import { readScenario } from '../load/scenario-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode, worstExitCode } from '../model/exit-codes.ts';
import type { Finding } from '../model/finding.ts';
import { printable } from '../model/printable.ts';
import type { Report } from '../model/report.ts';
import type { ScenarioRecord } from '../model/run-manifest.ts';
import type { Threshold } from '../model/threshold.ts';
import { formatDuration } from '../model/units.ts';
import { readManifest } from '../record/read-manifest.ts';
import { redactAddress } from '../redact/redact-address.ts';
import { redacted } from '../redact/redact-values.ts';
import { REDACTED } from '../redact/secret-forms.ts';
import { MOST_USERS } from '../scenario/scenario-schema.ts';
import { analyseRun } from '../study/analyse-run.ts';
import { keptLimits } from '../study/kept-limits.ts';
import { otherFailures } from '../words/verify.ts';
import { type Arguments, flagArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { loadConfig } from './load-config.ts';
import { durationOption, numberOption, rateOption, textOption } from './option-types.ts';
import { resolveTarget } from './resolve-target.ts';
import { checkNamedFolders, settleFolders, settleSoakOptions } from './settle-soak-options.ts';
import { soakAndReport } from './soak-and-report.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { ATTACH_OPTIONS, TARGET_OPTIONS, targetOf } from './target-options.ts';

const OPTIONS = {
  finding: { ...textOption('finding', 'id of the finding, as the report shows it'), demandOption: true },
  minutes: { ...numberOption('minutes', 'length of the run'), group: 'Length:' },
  duration: {
    ...durationOption('duration', 'length of the run, such as 10m (default: as long as that finding needs)', '10m'),
    group: 'Length:',
  },
  scenario: { ...textOption('scenario', 'scenario file (default: that of the run)'), group: 'Load:' },
  url: { ...textOption('url', 'base URL of the load (default: that of the run)'), group: 'Load:' },
  users: {
    ...numberOption('users', 'virtual users (overrides the scenario)', {
      min: 1,
      max: MOST_USERS,
      integer: true,
    }),
    group: 'Load:',
  },
  rate: { ...rateOption('rate', 'arrivals, such as 100/s (overrides the load of the scenario)'), group: 'Load:' },
  renamed: {
    type: 'boolean',
    default: false,
    describe: 'accept a service with another name than in the run',
    group: 'Target:',
  },
  slo: { ...textOption('slo', 'file of thresholds, in addition to those of the run'), group: 'Captures:' },
  database: {
    ...textOption('database', 'PostgreSQL database to watch, for a finding about the database'),
    group: 'Captures:',
  },
  scrape: {
    ...textOption('scrape', "address of the service's own metrics, for a finding about these metrics"),
    group: 'Captures:',
  },
  config: {
    ...textOption('config', 'configuration file (default: profiler.config.yaml in this folder)'),
    group: 'Files:',
  },
  out: { ...textOption('out', 'folder of the new run (default: profiles/<run-id>)'), group: 'Files:' },
  'report-dir': { ...textOption('report-dir', 'report folder (default: reports/<run-id>)'), group: 'Files:' },
} as const satisfies Readonly<Record<string, Options>>;

const EXIT_OF: Readonly<Record<VerifyStatus, ExitCode>> = {
  gone: EXIT.passed,
  'still-there': EXIT.gateFailed,
  'not-enough-data': EXIT.notEnoughData,
};

/** Soaks again just long enough to say whether one finding of an earlier run is gone. */
export const verifyCommand: Command = (exit) => ({
  command: 'verify <run>',
  describe: 'soak again just long enough to say whether a finding is gone',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder with the finding' })
      .options(TARGET_OPTIONS)
      .options(ATTACH_OPTIONS)
      .options(OPTIONS)
      .example(
        '$0 verify profiles/<run-id> --finding 67ac67fe9e --port 3000',
        'after you fixed and restarted the service',
      )
      .example('$0 verify profiles/<run-id> --finding 67ac67fe9e -- node server.js', 'start the fixed service first'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const earlierDir = resolve(String(args.run));
    const id = findingId(args);
    const config = loadConfig(textArgument(args, 'config'));
    await checkNamedFolders(args, config);
    const { report } = await analyseRun(earlierDir, { onProgress: terminal.say, toolVersion: toolVersion() });
    const finding = findFinding(report, id, earlierDir);
    const manifest = await readManifest(earlierDir);
    const { target, scenario } = manifest;
    const recorded = recordedLoad(args, scenario, config?.scenario ?? null);
    try {
      const hasLength = args.minutes !== undefined || args.duration !== undefined;
      const durationMs = verifyDuration(finding, report.run.durationMs, report.run.requests);
      const wanted = { ...args, ...recorded.args, ...(hasLength ? {} : { duration: durationMs }), 'fail-on': 'none' };
      const settled = settleSoakOptions(wanted, config);
      // A broken limit is mended only where it is held again.
      const kept = keptLimits(manifest, terminal.say);
      const isAsked = ({ subject, text }: Threshold): boolean =>
        settled.thresholds.some((one) => one.subject === subject && one.text === text);
      const thresholds = [...settled.thresholds, ...kept.filter((limit) => !isAsked(limit))];
      terminal.say(`to verify: ${printable(finding.title)}\nfor ${formatDuration(settled.durationMs)}`);
      const signals = stopOnSignals(terminal.say);
      // Without a process the run saw nothing but its load: that address is looked at again.
      const isOutside = target.pid === 0 && scenario !== null;
      const named = targetOf(args) ?? config?.target ?? (isOutside ? null : { recorded: target });
      const found = await resolveTarget(named, 'verify', {
        url: isOutside ? (textArgument(recorded.args, 'url') ?? textArgument(args, 'url')) : null,
        allowRemote: flagArgument(args, 'allow-remote'),
        signals,
      });
      try {
        if (!flagArgument(args, 'renamed')) refuseOtherService(target.name, found.facts.name);
        const firstId = runId(createHostClock().wallMs(), found.facts.name);
        const folders = await settleFolders(firstId, args, config, found.process?.pid ?? null);
        const { runId: id, runDir, reportDir } = folders;
        const silent = { ...terminal, print: () => {}, show: () => {}, data: () => {} };
        // The run is judged as the first was; what it is asked here is one finding.
        const { failOn } = manifest.plan;
        const wanted = { ...settled, thresholds, failOn, runId: id, runDir };
        const outcome = await soakAndReport(found, wanted, reportDir, silent, signals);
        const { status, detail, now } = verifyFinding(finding, report, outcome.document.report);
        const newReport = outcome.document.report;
        const failed = failedGates(newReport, failOn).filter(({ counts }) => counts);
        if (terminal.json) {
          const { gates } = newReport;
          terminal.data({ schema: 'profiler-verify/1', status, detail, finding, now, gates, runDir, reportDir });
        } else {
          const besides = status === 'gone' && failed.length > 0 ? `\n${otherFailures(failed)}` : '';
          terminal.print(`${printable(detail + besides)}\nreport: ${join(reportDir, 'index.html')}\nrun:    ${runDir}`);
        }
        const isPartial = (newReport.completeness?.missing ?? []).length > 0;
        exit(worstExitCode([outcome.endingCode, ...(isPartial ? [EXIT.notEnoughData] : []), EXIT_OF[status]]));
      } finally {
        await found.release();
        await signals.release();
      }
    } finally {
      recorded.release();
    }
  },
});

const SHORTEST_ID = 4;

/** An empty variable of a script begins the id of any finding. */
function findingId(args: Arguments): string {
  const id = String(args.finding);
  if (id.length >= SHORTEST_ID) return id;
  throw new ProfilerError(
    'finding-unknown',
    EXIT.usage,
    `--finding ${JSON.stringify(id)} is too short for the id of a finding.`,
    `Give its id as the report shows it, or at least the first ${SHORTEST_ID} characters of it.`,
  );
}

function findFinding({ findings }: Report, id: string, runDir: string): Finding {
  const found = findings.filter((finding) => finding.id.startsWith(id));
  if (found[0] && (found.length === 1 || found[0].id === id)) return found[0];
  const known = findings.map((finding) => `  ${printable(finding.id)}  ${printable(finding.title)}`);
  throw new ProfilerError(
    'finding-unknown',
    EXIT.usage,
    found.length > 1 ? `More than one finding begins with ${id}.` : `There is no finding ${id} in ${runDir}.`,
    known.length === 0 ? 'That run found nothing.' : ['Its findings:', ...known].join('\n'),
  );
}

/** Of another service nothing would be seen, and it would be called gone. */
function refuseOtherService(recorded: string, found: string): void {
  const [before, now] = [redacted({ name: recorded }).name, redacted({ name: found }).name];
  if (before === now) return;
  throw new ProfilerError(
    'other-service',
    EXIT.usage,
    `The finding is of ${printable(before)}, and this is ${printable(now)}.`,
    'Give the service of that run (--port, --pid, --name). If it is the same service with a new name, add --renamed.',
  );
}

interface RecordedLoad {
  /** In place of `--scenario`, `--load` and `--url`. */
  readonly args: Arguments;
  readonly release: () => void;
}

/**
 * The load of the earlier run, unless another is named. A run names the file of its scenario; only that file has the values.
 */
function recordedLoad(args: Arguments, scenario: ScenarioRecord | null, configured: string | null): RecordedLoad {
  const url = scenario && args.url === undefined ? urlOf(scenario) : {};
  if (textArgument(args, 'scenario') !== null || configured !== null) return { args: url, release: () => {} };
  if (scenario === null) return { args: { load: 'none' }, release: () => {} };
  if (!scenario.source) return ofEarlierVersion(scenario, url);
  const { file, sha256: digest } = scenario.source;
  const { text } = readScenarioOf(file);
  if (sha256(text) !== digest) {
    throw new ProfilerError(
      'scenario-changed',
      EXIT.usage,
      `The scenario ${file} was changed after the run.`,
      'To use the changed file, name it with --scenario.',
    );
  }
  return { args: { ...url, scenario: file }, release: () => {} };
}

/** An address is kept without its credentials: they must be given again, or be in the scenario. */
function urlOf({ baseUrl, source }: ScenarioRecord): Arguments {
  if (!baseUrl.includes(REDACTED)) return { url: baseUrl };
  const own = source && readScenarioOf(source.file).scenario.baseUrl;
  if (own && redactAddress(own) === baseUrl) return { url: own };
  throw new ProfilerError(
    'url-redacted',
    EXIT.usage,
    `The run stores the address of its load without credentials: ${baseUrl}.`,
    'Give the full address with --url.',
  );
}

function readScenarioOf(file: string): ReturnType<typeof readScenario> {
  try {
    return readScenario(file);
  } catch (error) {
    throw new ProfilerError(
      'scenario-missing',
      EXIT.usage,
      `The scenario of the run cannot be read: ${(error as Error).message}`,
      'Name the scenario file with --scenario.',
      { cause: error },
    );
  }
}

/** Runs of earlier versions contain the text of the scenario with its credentials removed. */
function ofEarlierVersion({ text }: ScenarioRecord, url: Arguments): RecordedLoad {
  if (text.includes(REDACTED)) {
    throw new ProfilerError(
      'scenario-redacted',
      EXIT.usage,
      'The run stores its scenario without credentials.',
      'Name the scenario file with --scenario.',
    );
  }
  const { dir, remove } = makeTemporaryFolder();
  const file = join(dir, 'scenario.yaml');
  writeFileSync(file, text, { mode: 0o600 });
  return { args: { ...url, scenario: file }, release: remove };
}
