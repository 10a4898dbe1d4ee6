import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readRegularFileSync } from '../files/regular-file.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { GateName } from '../model/finding-catalogue.ts';
import { parseDurationMs } from '../model/units.ts';
import { parseRatePerSecond } from '../scenario/parse-rate.ts';
import { type Problem, readDocument } from '../scenario/read-document.ts';
import type { TargetSpec } from '../target/target-spec.ts';
import { checkConfig } from './check-config.ts';

/** A configuration file, checked against its schema. Paths in it are resolved against its folder. */
export interface Config {
  readonly file: string;
  readonly target: TargetSpec | null;
  readonly url: string | null;
  readonly database: string | null;
  readonly durationMs: number | null;
  readonly scenario: string | null;
  readonly users: number | null;
  readonly ratePerSecond: number | null;
  readonly captures: {
    readonly sampleMs: number | null;
    readonly snapshots: number | null;
    readonly maxPauseMs: number | null;
    readonly pauseBudgetMs: number | null;
    readonly cpuIntervalMs: number | null;
    readonly cpuWindowMs: number | null;
    readonly clinicWindowMs: number | null;
    readonly probes: boolean | null;
  };
  readonly gates: {
    readonly failOn: readonly GateName[] | null;
    readonly slo: string | null;
    readonly thresholds: Readonly<Record<string, readonly string[]>>;
  };
  /** The service's own metrics. */
  readonly scrape: string | null;
  /** Where our own are served. */
  readonly metrics: {
    readonly port: number | null;
    readonly host: string | null;
    readonly allowHosts: readonly string[];
  };
  /** An address or a command that is notified about the run. */
  readonly notify: string | null;
  /** Lines of a report are links into it. */
  readonly editor: string | null;
  readonly out: string | null;
  readonly reportDir: string | null;
}

/** Where nothing says how long a run is. */
export const DEFAULT_DURATION_MS: number = 8 * 3_600_000;

/** As the schema lets it through. */
export interface ConfigFile {
  readonly target?: TargetSpec;
  readonly url?: string;
  readonly database?: string;
  readonly duration?: string;
  readonly scenario?: string;
  readonly load?: 'none';
  readonly users?: number;
  readonly rate?: string;
  readonly captures?: {
    readonly sample?: string;
    readonly snapshots?: number;
    readonly maxPause?: string;
    readonly pauseBudget?: string;
    readonly cpuInterval?: string;
    readonly cpuWindow?: string;
    readonly clinicWindow?: string;
    readonly probes?: boolean;
  };
  readonly gates?: {
    readonly failOn?: readonly GateName[];
    readonly slo?: string;
    readonly thresholds?: Readonly<Record<string, readonly string[]>>;
  };
  readonly scrape?: string;
  readonly metrics?: { readonly port?: number; readonly host?: string; readonly allowHosts?: readonly string[] };
  readonly notify?: string;
  readonly editor?: string;
  readonly out?: string;
  readonly reportDir?: string;
}

const DEFAULT_FILES = ['profiler.config.yaml', 'profiler.config.yml', 'profiler.config.json'];

/** The named file, or the one of this folder, or null. All that is wrong in it is one error (exit 2). */
export function loadConfig(named: string | null, folder: string = process.cwd()): Config | null {
  const file = named ?? DEFAULT_FILES.map((name) => resolve(folder, name)).find((path) => existsSync(path)) ?? null;
  return file === null ? null : readConfig(resolve(folder, file));
}

function readConfig(file: string): Config {
  const { value, problems, problemAt } = readDocument(readText(file), readSchema());
  if (problems.length > 0) throw invalid(file, problems);
  const config = value as ConfigFile;
  const faults: Problem[] = [];
  checkConfig(config, DEFAULT_DURATION_MS, (path, message) => faults.push(problemAt(path, message)));
  if (faults.length > 0) throw invalid(file, faults);
  const base = dirname(file);
  const pathOr = (path: string | undefined): string | null => (path === undefined ? null : resolve(base, path));
  return {
    file,
    target: config.target ?? null,
    url: config.url ?? null,
    database: config.database ?? null,
    durationMs: durationOr(config.duration),
    scenario: config.load === 'none' ? 'none' : pathOr(config.scenario),
    users: config.users ?? null,
    ratePerSecond: config.rate === undefined ? null : parseRatePerSecond(config.rate),
    captures: {
      sampleMs: durationOr(config.captures?.sample),
      snapshots: config.captures?.snapshots ?? null,
      maxPauseMs: durationOr(config.captures?.maxPause),
      pauseBudgetMs: durationOr(config.captures?.pauseBudget),
      cpuIntervalMs: durationOr(config.captures?.cpuInterval),
      cpuWindowMs: durationOr(config.captures?.cpuWindow),
      clinicWindowMs: durationOr(config.captures?.clinicWindow),
      probes: config.captures?.probes ?? null,
    },
    gates: {
      failOn: config.gates?.failOn ?? null,
      slo: pathOr(config.gates?.slo),
      thresholds: config.gates?.thresholds ?? {},
    },
    scrape: config.scrape ?? null,
    metrics: {
      port: config.metrics?.port ?? null,
      host: config.metrics?.host ?? null,
      allowHosts: config.metrics?.allowHosts ?? [],
    },
    notify: config.notify ?? null,
    editor: config.editor ?? null,
    out: pathOr(config.out),
    reportDir: pathOr(config.reportDir),
  };
}

const LARGEST_BYTES = 4 * 1024 * 1024;

function readText(file: string): string {
  try {
    return readRegularFileSync(file, { pipes: true, maxBytes: LARGEST_BYTES }).toString('utf8');
  } catch (error) {
    throw new ProfilerError(
      'config-unreadable',
      EXIT.usage,
      `The configuration file ${file} cannot be read: ${(error as Error).message}`,
      'Give another file with --config, or omit --config.',
    );
  }
}

function readSchema(): Parameters<typeof readDocument>[1] {
  return JSON.parse(readFileSync(new URL('../../../schemas/config.schema.json', import.meta.url), 'utf8'));
}

function invalid(file: string, problems: readonly Problem[]): ProfilerError {
  const lines = problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  return new ProfilerError(
    'config-invalid',
    EXIT.usage,
    `The configuration file has ${problems.length === 1 ? 'one error' : `${problems.length} errors`}.`,
    lines.join('\n'),
  );
}

function durationOr(text: string | undefined): number | null {
  return text === undefined ? null : parseDurationMs(text);
}
