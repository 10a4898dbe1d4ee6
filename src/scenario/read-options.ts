import { parseDurationMs } from '../model/units.ts';
import { parseRatePerSecond } from './parse-rate.ts';
import type { DocumentPath, Report } from './read-document.ts';
import type { HttpOptions, LoadProfile, Probe, StressPlan } from './scenario.ts';
import type { ScenarioFile } from './scenario-file.ts';

const DEFAULT_PROBE_RATE = 10;
const DEFAULT_HOLD_MS = 20_000;
/** Levels of a stress without a step. */
const DEFAULT_LEVELS = 10;

export function readHttp(http: ScenarioFile['http'], report: Report): HttpOptions {
  const headers = Object.entries(http?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    timeoutMs: http?.timeout === undefined ? null : readDuration(http.timeout, ['http', 'timeout'], report),
    maxConnections: http?.maxConnections ?? null,
    headers: Object.fromEntries(headers),
    cookies: http?.cookies ?? false,
    gzip: http?.gzip ?? false,
    insecureTls: http?.insecureTls ?? false,
  };
}

export function readProbe(probe: ScenarioFile['probe'], report: Report): Probe | null {
  if (!probe) return null;
  if (!probe.path.startsWith('/')) report(['probe', 'path'], 'should begin with a slash');
  const ratePerSecond = probe.rate === undefined ? DEFAULT_PROBE_RATE : readRate(probe.rate, ['probe', 'rate'], report);
  return { path: probe.path, ratePerSecond };
}

/** `load` says whether a level is users or a rate. */
export function readStress(stress: ScenarioFile['stress'], load: LoadProfile, report: Report): StressPlan | null {
  if (!stress) return null;
  const level = (key: 'from' | 'to' | 'step' | 'atLeast'): number | null => {
    const written = stress[key];
    if (written === undefined) return null;
    const path = ['stress', key];
    if (load.model === 'open') return readRate(written, path, report);
    if (Number.isInteger(Number(written)) && Number(written) > 0) return Number(written);
    report(path, `"${written}" is no number of users: the load is closed`);
    return 1;
  };
  const from = level('from') ?? 1;
  const to = level('to') ?? from;
  if (from >= to) report(['stress', 'to'], `should be above from, which is ${from}`);
  const step = level('step') ?? Math.max(1, Math.round((to - from) / (DEFAULT_LEVELS - 1)));
  const holdMs = stress.hold === undefined ? DEFAULT_HOLD_MS : readDuration(stress.hold, ['stress', 'hold'], report);
  return { from, to, step, holdMs, atLeast: level('atLeast') };
}

function readRate(written: string | number, path: DocumentPath, report: Report): number {
  const rate = parseRatePerSecond(written);
  if (rate === null || rate === 0) report(path, `"${written}" is no rate: write it like 100/s or 30/m`);
  return rate || 1;
}

export function readDuration(text: string, path: DocumentPath, report: Report): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === null || durationMs === 0)
    report(path, `"${text}" is no duration: write it like 500ms, 90s, 5m, 8h`);
  return durationMs ?? 0;
}
