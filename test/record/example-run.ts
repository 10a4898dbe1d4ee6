import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RunManifest } from '../../src/model/run-manifest.ts';
import type { Sample } from '../../src/model/sample.ts';

/** A folder of its own for one test, removed with it. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'profiler-record-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function exampleManifest(changes: Partial<RunManifest> = {}): RunManifest {
  return {
    schema: 'profiler-run/1',
    id: '2026-11-23T20-44-10-orders-api',
    tool: { version: '0.1.0', node: 'v22.1.0' },
    host: { platform: 'linux', release: '6.1', cpus: 2, memoryBytes: 8e9 },
    target: {
      pid: 4711,
      startTicks: 1234,
      nodeVersion: 'v22.1.0',
      commandLine: ['node', 'server.js'],
      cwd: '/srv/orders',
      name: 'orders-api',
    },
    segments: [{ pid: 4711, startTicks: 1234, startMonoMs: 1000 }],
    clock: { startWallMs: 1_795_466_650_000, startMonoMs: 1000 },
    plan: {
      durationMs: 60_000,
      sampleIntervalMs: 1000,
      snapshots: 3,
      cpuIntervalUs: 5000,
      cpuWindowMs: 10_000,
      heapSamplingIntervalBytes: 65_536,
      load: 'none',
      failOn: ['leak'],
    },
    scenario: null,
    thresholds: { resources: ['rss<512MiB'] },
    snapshots: [],
    cpuWindows: [],
    heapProfiles: [],
    scripts: [],
    ...changes,
  };
}

/** The sample of second `n` of the run. */
export function exampleSample(n: number): Sample {
  return {
    wallMs: 1_795_466_650_000 + n * 1000,
    monoMs: 1000 + n * 1000,
    segment: 0,
    lateMs: 0.5,
    values: { 'process.rss': 50_000_000 + n, 'heap.used': 10_000_000 + n, 'requests.served': n * 10 },
  };
}
