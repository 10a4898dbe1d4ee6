import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { LONGEST_CLINIC_MS } from '../exchange/clinic-window.ts';
import { lstatOf } from '../files/output-place.ts';
import { readScenario } from '../load/scenario-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { GATE_NAMES, type GateName } from '../model/finding-catalogue.ts';
import type { Threshold } from '../model/threshold.ts';
import { formatDuration } from '../model/units.ts';
import { checkRunPlace } from '../record/run-place.ts';
import { redactAddress } from '../redact/redact-address.ts';
import { DEFAULT_SNAPSHOTS, type LoadOptions, type SoakOptions } from '../soak/soak-options.ts';
import { readLimits } from '../study/read-limits.ts';
import { tryLock } from '../target/named-lock.ts';
import { refuseWatchedFolders } from '../target/watcher-of-files.ts';
import { type Arguments, flagArgument, numberArgument, textArgument } from './arguments.ts';
import { addonArgument } from './backend-options.ts';
import { areSamplesRare, SHORTEST_RUN_MS } from './check-config.ts';
import { type Config, DEFAULT_DURATION_MS } from './load-config.ts';
import { lockReport } from './report-lock.ts';
import { checkReportPlace } from './report-place.ts';

/** Options that say the length of a run, and what one of each is in milliseconds. */
const LENGTH_OPTIONS_MS: Readonly<Record<string, number>> = {
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  duration: 1,
};
/** Command line first, then the configuration file, then defaults. Throws usage errors (exit 2). */
export function settleSoakOptions(args: Arguments, config: Config | null): Omit<SoakOptions, 'runDir' | 'runId'> {
  const load = settleLoad(args, config);
  const captures = config?.captures;
  const failOn = textArgument(args, 'fail-on');
  const slo = textArgument(args, 'slo') ?? config?.gates.slo ?? null;
  const gates = failOn === null ? (config?.gates.failOn ?? GATE_NAMES) : parseFailOn(failOn);
  const thresholds = [...(load?.scenario.thresholds ?? []), ...readLimits(config?.gates.thresholds ?? {}, slo)];
  refuseEmptyGate(gates, thresholds);
  const durationMs = settleDuration(args, config);
  const sampleMs = numberArgument(args, 'sample') ?? captures?.sampleMs ?? 1000;
  refuseRareSamples(sampleMs, durationMs);
  return {
    durationMs,
    load,
    sampleMs,
    snapshots:
      numberArgument(args, 'snapshots') ?? captures?.snapshots ?? DEFAULT_SNAPSHOTS[load ? 'driven' : 'watched'],
    maxPauseMs: numberArgument(args, 'max-pause') ?? captures?.maxPauseMs ?? null,
    pauseBudgetMs: numberArgument(args, 'pause-budget') ?? captures?.pauseBudgetMs ?? null,
    cpuIntervalUs: toUs(numberArgument(args, 'cpu-interval') ?? captures?.cpuIntervalMs ?? null),
    cpuWindowMs: numberArgument(args, 'cpu-window') ?? captures?.cpuWindowMs ?? null,
    clinicWindowMs: settleClinicWindow(numberArgument(args, 'clinic-window') ?? captures?.clinicWindowMs ?? null),
    failOn: gates,
    thresholds,
    scrapeUrl: settleScrapeUrl(textArgument(args, 'scrape') ?? config?.scrape ?? null),
    databaseUrl: textArgument(args, 'database') ?? config?.database ?? null,
    cpuAddon: addonArgument(args, 'cpu-backend'),
    heapAddon: addonArgument(args, 'heap-backend'),
    probes: flagArgument({ probes: true, ...args }, 'probes') && (captures?.probes ?? true),
    force: flagArgument(args, 'force'),
  };
}

function settleDuration(args: Arguments, config: Config | null): number {
  const said = Object.entries(LENGTH_OPTIONS_MS).flatMap(([name, unitMs]) => {
    const amount = numberArgument(args, name);
    return amount === null ? [] : [amount * unitMs];
  });
  if (said.length > 1) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      'The length of the run was given in more than one way.',
      'Keep one of --hours, --minutes, --seconds, --duration.',
    );
  }
  const durationMs = said[0] ?? config?.durationMs ?? DEFAULT_DURATION_MS;
  if (durationMs < SHORTEST_RUN_MS) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      `A soak of ${formatDuration(durationMs)} is too short to find anything.`,
      'The minimum is 10 seconds. To confirm a leak, soak for at least a minute.',
    );
  }
  return durationMs;
}

function settleLoad(args: Arguments, config: Config | null): LoadOptions | null {
  const wanted = textArgument(args, 'load');
  if (wanted !== null && wanted !== 'none') {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      `--load ${wanted} is not known.`,
      'Use --load none to watch the existing traffic, or --scenario FILE to make load.',
    );
  }
  const scenario = wanted === 'none' ? 'none' : (textArgument(args, 'scenario') ?? config?.scenario ?? 'none');
  const users = numberArgument(args, 'users');
  const ratePerSecond = numberArgument(args, 'rate');
  if (scenario === 'none') {
    if (users !== null || ratePerSecond !== null) {
      throw new ProfilerError('usage', EXIT.usage, '--users and --rate need a scenario.', 'Add --scenario FILE.');
    }
    return null;
  }
  const { file, reference, text, scenario: parsed } = readScenario(scenario);
  const baseUrl = textArgument(args, 'url') ?? config?.url ?? parsed.baseUrl;
  if (baseUrl === null) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      `The scenario ${file} names no base URL.`,
      'Add `baseUrl:` to it, or give --url http://HOST:PORT.',
    );
  }
  // The command line decides both how much and in which way.
  const isShaped = users !== null || ratePerSecond !== null;
  return {
    scenario: parsed,
    file: reference,
    text,
    baseUrl,
    users: isShaped ? users : (config?.users ?? null),
    ratePerSecond: isShaped ? ratePerSecond : (config?.ratePerSecond ?? null),
  };
}

function parseFailOn(text: string): readonly GateName[] {
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !(GATE_NAMES as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      `--fail-on ${text}: ${unknown.join(', ')} is not a gate.`,
      `Write some of ${GATE_NAMES.join(',')}, or none.`,
    );
  }
  return names as GateName[];
}

/** Limits alone are asked for, and there are none: everything would pass. */
export function refuseEmptyGate(gates: readonly GateName[], thresholds: readonly Threshold[]): void {
  if (gates.length === 0 || thresholds.length > 0 || gates.some((name) => name !== 'slo')) return;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    '--fail-on slo needs thresholds, and none is given: nothing could fail the run.',
    'Give them with --slo FILE or as `thresholds:` of the scenario, or write --fail-on none.',
  );
}

function refuseRareSamples(sampleMs: number, durationMs: number): void {
  if (!areSamplesRare(sampleMs, durationMs)) return;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `One sample every ${formatDuration(sampleMs)} is not enough for a run of ${formatDuration(durationMs)}.`,
    'Take samples more often (--sample 1s), or let the run last longer.',
  );
}

function settleClinicWindow(windowMs: number | null): number | null {
  if (windowMs === null || windowMs <= LONGEST_CLINIC_MS) return windowMs;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `--clinic-window ${formatDuration(windowMs)} is more than Clinic can analyse: from two minutes on it takes hours, or runs out of memory.`,
    `The maximum is ${formatDuration(LONGEST_CLINIC_MS)}.`,
  );
}

function settleScrapeUrl(text: string | null): string | null {
  if (text === null || (/^https?:/.test(text) && URL.canParse(text))) return text;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `--scrape ${redactAddress(text)} is not an address.`,
    'Give the address of the metrics of the service: --scrape http://127.0.0.1:3000/metrics',
  );
}

function toUs(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds * 1000);
}

const OTHER_FOLDERS = 'Name folders outside of it, both with --out DIR and --report-dir DIR.';

/**
 * Folders that are named are looked at, and that of the report is held, before anything is started or attached to. Throws a
 * ProfilerError (exit 2 or 6).
 */
export async function checkNamedFolders(args: Arguments, config: Config | null): Promise<void> {
  const out = textArgument(args, 'out') ?? config?.out;
  const reportDir = textArgument(args, 'report-dir') ?? config?.reportDir;
  if (out) await checkRunPlace(resolve(out), flagArgument(args, 'force'));
  if (!reportDir) return;
  checkReportPlace(resolve(reportDir));
  await lockReport(resolve(reportDir));
}

/**
 * `profiles/<run-id>` and `reports/<run-id>` of this folder, unless said otherwise. Where another soak of a service of the
 * same name began in the same second, the id gets `-2`, `-3`: the name is held until the
 * tool ends, since folders are made later. Throws a ProfilerError (exit 2) when process `pid` restarts for files there.
 */
export async function settleFolders(
  firstId: string,
  args: Arguments,
  config: Config | null,
  pid: number | null,
): Promise<{ readonly runId: string; readonly runDir: string; readonly reportDir: string }> {
  const out = textArgument(args, 'out') ?? config?.out ?? null;
  const reportOut = textArgument(args, 'report-dir') ?? config?.reportDir ?? null;
  for (let n = 1; ; n += 1) {
    const runId = n === 1 ? firstId : `${firstId}-${n}`;
    const runDir = resolve(out ?? join('profiles', runId));
    const reportDir = resolve(reportOut ?? join('reports', runId));
    if (pid !== null) refuseWatchedFolders(pid, [runDir, reportDir], OTHER_FOLDERS);
    const made = [...(out === null ? [runDir] : []), ...(reportOut === null ? [reportDir] : [])];
    if (made.length > 0) {
      if (made.some((dir) => lstatOf(dir) !== null) || !(await holdName(resolve(runId)))) continue;
    }
    await lockReport(reportDir);
    return { runId, runDir, reportDir };
  }
}

/** False if another process holds it. Without such sockets, only the folders show it. */
async function holdName(path: string): Promise<boolean> {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 40);
  return (await tryLock(`name-${name}`).catch(() => 'none')) !== null;
}
