import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createHostClock } from '../capture/host-clock.ts';
import { toolVersion } from '../files/tool-version.ts';
import { runId } from '../format/run-id.ts';
import { readScenario } from '../load/scenario-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Gate, Report } from '../model/report.ts';
import { readRun } from '../record/read-run.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import { runSoak } from '../soak/run-soak.ts';
import { DEFAULT_SNAPSHOTS, type LoadOptions, type SoakOptions } from '../soak/soak-options.ts';
import { analyseRun, judgeLimits } from '../study/analyse-run.ts';
import { type Limits, readLimits } from '../study/read-limits.ts';
import { attach } from '../target/attach.ts';
import { assessAttach } from '../target/attach-checks.ts';
import { findTarget } from '../target/find-target.ts';
import type { ProcessEnd } from '../target/process-end.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import { startCommand } from '../target/start-command.ts';
import type { TargetIdentity } from '../target/target-identity.ts';

export interface SoakTestOptions {
  /**
   * The service, in one of these ways: its process, the process that listens on a port, or a command to start (and end) it.
   */
  readonly pid?: number;
  readonly port?: number;
  readonly command?: readonly string[];
  /** Scenario file, or the name of one that comes with the tool; without it the traffic that is there is watched. */
  readonly scenario?: string;
  /** Base URL of the load, in place of that of the scenario. */
  readonly url?: string;
  readonly users?: number;
  readonly ratePerSecond?: number;
  /** Length under load; 60, the shortest that can confirm a leak. At least 10. */
  readonly seconds?: number;
  /** Total number of heap snapshots; the default is that of `profiler soak`. */
  readonly snapshots?: number;
  /** Keep the run here: `profiler report FOLDER` makes its report. Without it the run is removed once it is analysed. */
  readonly folder?: string;
  readonly onProgress?: (text: string) => void;
}

export interface SoakResult {
  /** As report.json has it. */
  readonly report: Report;
  /** What `profiler soak` prints. */
  readonly text: string;
  /** Null when it was removed. */
  readonly folder: string | null;
  /**
   * Compares the thresholds of the scenario, or others, with what was measured. `limits`: as in a scenario, or a file of
   * them.
   */
  readonly judge: (limits?: Limits | string) => readonly Gate[];
}

const DEFAULT_SECONDS = 60;
const SHORTEST_SECONDS = 10;

/** Attaches to a service, drives its load, and concludes. The service must be a process of its own, not that of the test. */
export async function soak(options: SoakTestOptions): Promise<SoakResult> {
  try {
    return await soakService(options);
  } catch (error) {
    throw withHint(error);
  }
}

/** Test runners print only the message of an error, so it includes what to do about it, and no secret. */
function withHint(error: unknown): unknown {
  if (!(error instanceof ProfilerError)) return error;
  const { code, exitCode, message, hint, cause } = error;
  return new ProfilerError(code, exitCode, redactMessage(hint === '' ? message : `${message}\n${hint}`), '', { cause });
}

async function soakService(options: SoakTestOptions): Promise<SoakResult> {
  const { seconds = DEFAULT_SECONDS, onProgress = () => {} } = options;
  if (!(seconds >= SHORTEST_SECONDS))
    throw usage(`A soak of ${seconds} seconds is too short to find anything.`, 'Give it at least 10.');
  const service = await findService(options);
  const folder = resolve(options.folder ?? (await mkdtemp(join(tmpdir(), 'soak-profiler-'))));
  try {
    const settled = settle(options, seconds, folder, service.facts);
    const { facts, identity, ended } = service;
    const target = { facts, process: facts, identity, ended, attach: attachTo(facts) };
    const ending = await runSoak(target, settled, {
      clock: createHostClock(),
      listener: { status: () => {}, happened: onProgress },
      stop: new AbortController().signal,
      toolVersion: toolVersion(),
    });
    const document = await analyseRun(settled.runDir, { onProgress, toolVersion: toolVersion() });
    if (ending === 'storage-lost') {
      const hint = `Free some space on the disk of ${folder}.`;
      throw new ProfilerError('storage', EXIT.storage, 'Some of the recorded data could not be written to disk.', hint);
    }
    if (ending === 'target-lost') {
      throw new ProfilerError('target-lost', EXIT.targetLost, 'The service ended during the soak.', 'Look at its log.');
    }
    const run = await readRun(settled.runDir);
    return {
      report: document.report,
      text: renderTerminal(document, { colour: false, width: 100 }),
      folder: options.folder === undefined ? null : folder,
      judge: (limits) => judgeLimits(run, limits === undefined ? settled.thresholds : thresholdsOf(limits)),
    };
  } finally {
    await service.stop();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

function thresholdsOf(limits: Limits | string): SoakOptions['thresholds'] {
  try {
    return typeof limits === 'string' ? readLimits({}, limits) : readLimits(limits, null);
  } catch (error) {
    throw withHint(error);
  }
}

interface Service {
  readonly facts: ProcessFacts;
  readonly identity: TargetIdentity;
  readonly ended: Promise<ProcessEnd> | null;
  readonly stop: () => Promise<void>;
}

async function findService({ pid, port, command }: SoakTestOptions): Promise<Service> {
  const given = [pid, port, command].filter((one) => one !== undefined).length;
  if (given !== 1) throw usage('A soak needs one service.', 'Give pid, port or command, and only one of them.');
  if (command) {
    const { facts, root, ended, stop } = await startCommand(command);
    const identity = { by: 'command', command: root } as const;
    return { facts, identity, ended: facts.pid === root.pid ? ended : null, stop };
  }
  const facts = findTarget(pid === undefined ? { port: port ?? 0 } : { pid });
  if (facts.pid === process.pid) {
    throw usage(
      'The service runs in the process of the test.',
      'Start it as a process of its own: command: ["node", "server.js"].',
    );
  }
  const refusal = assessAttach(facts, { isOpen: true });
  if (refusal) throw refusal;
  return {
    facts,
    identity: port === undefined ? { by: 'pid' } : { by: 'port', port },
    ended: null,
    stop: async () => {},
  };
}

function attachTo(facts: ProcessFacts): (now: ProcessFacts | null) => ReturnType<typeof attach> {
  return (now) => attach(now ?? facts);
}

function settle(options: SoakTestOptions, seconds: number, folder: string, { name }: ProcessFacts): SoakOptions {
  const load = settleLoad(options);
  return {
    durationMs: seconds * 1000,
    load,
    sampleMs: 1000,
    snapshots: options.snapshots ?? DEFAULT_SNAPSHOTS[load ? 'driven' : 'watched'],
    maxPauseMs: null,
    cpuIntervalUs: null,
    cpuWindowMs: null,
    failOn: ['leak', 'slo', 'degradation'],
    thresholds: load?.scenario.thresholds ?? [],
    scrapeUrl: null,
    databaseUrl: null,
    probes: true,
    force: false,
    runDir: options.folder === undefined ? join(folder, 'run') : folder,
    runId: runId(createHostClock().wallMs(), name),
  };
}

function settleLoad({ scenario: named, url, users, ratePerSecond }: SoakTestOptions): LoadOptions | null {
  if (named === undefined) return null;
  const { scenario, text, file, reference } = readScenario(named);
  const baseUrl = url ?? scenario.baseUrl;
  if (baseUrl === null) throw usage(`The scenario ${file} names no base URL.`, 'Give url.');
  return { scenario, file: reference, text, baseUrl, users: users ?? null, ratePerSecond: ratePerSecond ?? null };
}

function usage(message: string, hint: string): ProfilerError {
  return new ProfilerError('usage', EXIT.usage, message, hint);
}
