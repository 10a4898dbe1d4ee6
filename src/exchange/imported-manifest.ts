import { basename } from 'node:path';
import type { RunManifest, View } from '../model/run-manifest.ts';
import type { Milliseconds, WallMs } from '../model/units.ts';
import type { NewRunOptions } from './import-results.ts';

export interface ImportedSpan {
  readonly startWallMs: WallMs;
  readonly endWallMs: WallMs;
  readonly intervalMs: Milliseconds;
  /** Null if nothing is known of the process. */
  readonly nodeVersion: string | null;
  /** What the tool looked at apart from requests. */
  readonly views: readonly View[];
  readonly failOn: RunManifest['plan']['failOn'];
}

/** run.json of what another tool has recorded: its clock begins at 0, and no view of a process was promised. */
export function importedManifest(
  runDir: string,
  { startWallMs, endWallMs, intervalMs, nodeVersion, views, failOn }: ImportedSpan,
  { name, thresholds, toolVersion, host }: NewRunOptions,
): RunManifest {
  return {
    schema: 'profiler-run/1',
    id: basename(runDir),
    tool: { version: toolVersion, node: process.version },
    host,
    target: { pid: 0, startTicks: 0, nodeVersion, commandLine: [], cwd: '', name },
    segments: [{ pid: 0, startTicks: 0, startMonoMs: 0 }],
    clock: { startWallMs, startMonoMs: 0 },
    plan: {
      durationMs: endWallMs - startWallMs,
      sampleIntervalMs: intervalMs,
      snapshots: 0,
      cpuIntervalUs: 0,
      cpuWindowMs: 0,
      heapSamplingIntervalBytes: 0,
      load: 'none',
      views,
      failOn,
    },
    scenario: null,
    thresholds,
    snapshots: [],
    cpuWindows: [],
    heapProfiles: [],
    scripts: [],
  };
}
