import assert from 'node:assert/strict';
import type { RunData } from '../../src/analysis/run-data.ts';
import { METRICS, type MetricName } from '../../src/model/metric-catalogue.ts';
import type { MetricInfo } from '../../src/model/metric-info.ts';
import type { Completeness, Report } from '../../src/model/report.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { Sample } from '../../src/model/sample.ts';

export const MINUTE = 60_000;
export const OUTSIDE: readonly MetricInfo['source'][] = ['pidusage', 'proc', 'cgroup'];

export const startOf = (run: RunData): number => run.manifest.clock.startMonoMs;

/** Takes the values of some sources out of the samples from then to then; a sample of which nothing is left goes. */
export function blind(run: RunData, fromMs: number, toMs: number, sources: readonly MetricInfo['source'][]): RunData {
  const isBlind = ({ monoMs }: Sample): boolean => monoMs >= startOf(run) + fromMs && monoMs < startOf(run) + toMs;
  const keep = (name: string): boolean => !sources.includes(METRICS[name as MetricName].source);
  const samples = run.samples
    .map((sample) =>
      isBlind(sample)
        ? { ...sample, values: Object.fromEntries(Object.entries(sample.values).filter(([name]) => keep(name))) }
        : sample,
    )
    .filter(({ values }) => Object.keys(values).length > 0);
  return { ...run, samples };
}

export function withEvents(run: RunData, ...events: readonly RunEvent[]): RunData {
  return { ...run, events: [...run.events, ...events].sort((a, b) => a.monoMs - b.monoMs) };
}

export function at(run: RunData, tMs: number): { readonly wallMs: number; readonly monoMs: number } {
  return { wallMs: 1.79e12 + tMs, monoMs: startOf(run) + tMs };
}

export function withPlan(run: RunData, plan: Partial<RunData['manifest']['plan']>): RunData {
  return { ...run, manifest: { ...run.manifest, plan: { ...run.manifest.plan, ...plan } } };
}

/** The snapshots from then on failed instead. */
export function failSnapshots(run: RunData, fromMs: number): RunData {
  const isLate = (monoMs: number): boolean => monoMs >= startOf(run) + fromMs;
  return {
    ...run,
    manifest: { ...run.manifest, snapshots: run.manifest.snapshots.filter(({ monoMs }) => !isLate(monoMs)) },
    heapGrowth: null,
    events: run.events.map((event) =>
      event.type === 'capture' && event.capture === 'heap-snapshot' && isLate(event.monoMs)
        ? { ...event, file: null, bytes: 0, error: 'Cannot find context with specified id' }
        : event,
    ),
  };
}

export function facts(report: Report): [number, Report['verdict']] {
  return [report.exitCode, report.verdict];
}

export function told({ completeness }: Report): Completeness {
  assert.ok(completeness);
  return completeness;
}
