import { LONGEST_CLINIC_MS } from '../exchange/clinic-window.ts';
import { formatDuration, parseDurationMs } from '../model/units.ts';
import type { Report } from '../scenario/read-document.ts';
import type { ConfigFile } from './load-config.ts';

export const SHORTEST_RUN_MS = 10_000;
/** So many samples at least make a course over time. */
const LEAST_SAMPLES = 60;
/** That often a run may be sampled however short it is. */
const OFTEN_ENOUGH_MS = 5000;

/** Whether samples so far apart say little about a run of that length. */
export function areSamplesRare(sampleMs: number, durationMs: number): boolean {
  return sampleMs > Math.max(OFTEN_ENOUGH_MS, durationMs / LEAST_SAMPLES);
}

/** What the schema lets through and no run could do, or what would let every run pass. */
export function checkConfig(config: ConfigFile, defaultDurationMs: number, report: Report): void {
  const durationMs = config.duration === undefined ? defaultDurationMs : parseDurationMs(config.duration);
  if (durationMs !== null && durationMs < SHORTEST_RUN_MS)
    report(['duration'], `a soak of ${config.duration} cannot tell anything; give it at least 10s`);
  if (config.users !== undefined && config.rate !== undefined)
    report(['rate'], 'users and rate are two ways to say how much load there is: keep one');
  if (config.load === 'none' && (config.users ?? config.rate) !== undefined)
    report(['load'], 'users and rate shape a load, and none is driven');
  if (config.gates?.failOn?.length === 0)
    report(['gates', 'failOn'], 'no gate could fail the run: name leak, slo or degradation, or leave it out');
  checkCaptures(config, durationMs, report);
}

function checkCaptures({ captures = {} }: ConfigFile, durationMs: number | null, report: Report): void {
  for (const name of ['sample', 'cpuInterval'] as const) {
    const text = captures[name];
    if (text !== undefined && parseDurationMs(text) === 0)
      report(['captures', name], `${text} is not a valid time between two samples`);
  }
  const clinicMs = captures.clinicWindow === undefined ? null : parseDurationMs(captures.clinicWindow);
  if (clinicMs !== null && clinicMs > LONGEST_CLINIC_MS)
    report(
      ['captures', 'clinicWindow'],
      `${captures.clinicWindow} is more than Clinic can analyse: at most ${formatDuration(LONGEST_CLINIC_MS)}`,
    );
  const sampleMs = captures.sample === undefined ? null : parseDurationMs(captures.sample);
  if (sampleMs !== null && durationMs !== null && areSamplesRare(sampleMs, durationMs))
    report(
      ['captures', 'sample'],
      `one sample every ${captures.sample} is not enough for a run of ${formatDuration(durationMs)}: take at least ${LEAST_SAMPLES}`,
    );
}
