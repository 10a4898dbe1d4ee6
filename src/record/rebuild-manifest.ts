import { basename } from 'node:path';
import type { RunEvent } from '../model/run-event.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';

/**
 * What can be said of a run whose run.json is lost: when it ran, at which interval, in how many lives of the target.
 * Null when the journals say nothing either. What is unknown is 0 or empty, as in a run of an outside-view target.
 */
export function rebuildManifest(
  dir: string,
  recorded: { readonly samples: readonly Sample[]; readonly events: readonly RunEvent[] },
): RunManifest | null {
  const stamps = [...recorded.samples, ...recorded.events].toSorted((a, b) => a.monoMs - b.monoMs);
  const [first] = stamps;
  const last = stamps.at(-1);
  if (!first || !last) return null;
  return {
    schema: 'profiler-run/1',
    id: basename(dir),
    tool: { version: 'unknown', node: 'unknown' },
    host: { platform: 'unknown', release: 'unknown', cpus: 0, memoryBytes: 0 },
    target: { pid: 0, startTicks: 0, nodeVersion: null, commandLine: [], cwd: '', name: 'unknown' },
    segments: segmentsOf(recorded, first.monoMs),
    clock: { startWallMs: first.wallMs, startMonoMs: first.monoMs },
    plan: {
      durationMs: last.monoMs - first.monoMs,
      sampleIntervalMs: usualInterval(recorded.samples),
      snapshots: 0,
      cpuIntervalUs: 0,
      cpuWindowMs: 0,
      heapSamplingIntervalBytes: 0,
      load: recorded.events.some((event) => event.type === 'load') ? 'scenario' : 'none',
      failOn: ['leak', 'slo', 'degradation'],
    },
    scenario: null,
    thresholds: {},
    snapshots: [],
    cpuWindows: [],
    heapProfiles: [],
    scripts: [],
  };
}

function segmentsOf(
  { samples, events }: { readonly samples: readonly Sample[]; readonly events: readonly RunEvent[] },
  startMonoMs: number,
): RunManifest['segments'] {
  const segments = [{ pid: 0, startTicks: 0, startMonoMs }];
  for (const event of events) {
    if (event.type !== 'target-back' || event.segment > events.length) continue;
    segments[event.segment] = { pid: event.pid, startTicks: 0, startMonoMs: event.monoMs };
  }
  for (const sample of samples) {
    if (sample.segment <= samples.length) {
      segments[sample.segment] ??= { pid: 0, startTicks: 0, startMonoMs: sample.monoMs };
    }
  }
  return Array.from(segments, (segment) => segment ?? { pid: 0, startTicks: 0, startMonoMs });
}

/** The median: gaps do not move it. */
function usualInterval(samples: readonly Sample[]): number {
  const intervals = samples.slice(1).map((sample, index) => sample.monoMs - (samples[index]?.monoMs ?? 0));
  return Math.round(intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? 1000);
}
