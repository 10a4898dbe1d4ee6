import { cpus, platform, release, totalmem } from 'node:os';
import { scenarioDigest, sha256 } from '../load/scenario-digest.ts';
import type { Clock } from '../model/clock.ts';
import type { RunManifest, ScenarioRecord, TargetFacts, View } from '../model/run-manifest.ts';
import { redactAddress } from '../redact/redact-address.ts';
import { scenarioOutline } from '../scenario/scenario-outline.ts';
import type { LoadOptions, SoakOptions } from './soak-options.ts';

/** run.json before anything was captured. */
export function firstManifest(
  facts: TargetFacts,
  options: SoakOptions,
  settled: {
    readonly cpuWindowMs: number;
    readonly cpuIntervalUs: number;
    readonly heapIntervalBytes: number;
    readonly toolVersion: string;
    readonly clock: Clock;
    readonly views: readonly View[];
  },
): RunManifest {
  const { load } = options;
  const startMonoMs = settled.clock.monoMs();
  return {
    schema: 'profiler-run/1',
    id: options.runId,
    tool: { version: settled.toolVersion, node: process.version },
    host: { platform: platform(), release: release(), cpus: cpus().length, memoryBytes: totalmem() },
    target: targetFacts(facts),
    segments: [{ pid: facts.pid, startTicks: facts.startTicks, startMonoMs }],
    clock: { startWallMs: settled.clock.wallMs(), startMonoMs },
    plan: {
      durationMs: options.durationMs,
      sampleIntervalMs: options.sampleMs,
      snapshots: options.snapshots,
      cpuIntervalUs: settled.cpuIntervalUs,
      cpuWindowMs: settled.cpuWindowMs,
      heapSamplingIntervalBytes: settled.heapIntervalBytes,
      load: load ? 'scenario' : 'none',
      failOn: options.failOn,
      ...(options.clinicWindowMs ? { clinicWindowMs: options.clinicWindowMs } : {}),
      views: settled.views,
    },
    scenario: load && scenarioRecord(load),
    thresholds: textsBySubject(options.thresholds),
    snapshots: [],
    cpuWindows: [],
    heapProfiles: [],
    scripts: [],
  };
}

function scenarioRecord({ scenario, baseUrl, file, text }: LoadOptions): ScenarioRecord {
  return {
    name: scenario.name,
    baseUrl: redactAddress(baseUrl),
    text: scenarioOutline(scenario),
    source: { file, sha256: sha256(text) },
    digest: scenarioDigest(scenario),
  };
}

function targetFacts(facts: TargetFacts): RunManifest['target'] {
  const { pid, startTicks, nodeVersion, commandLine, cwd, name, namedBy } = facts;
  return { pid, startTicks, nodeVersion, commandLine, cwd, name, ...(namedBy ? { namedBy } : {}) };
}

function textsBySubject(thresholds: SoakOptions['thresholds']): RunManifest['thresholds'] {
  const texts: Record<string, string[]> = {};
  for (const { subject, text } of thresholds) texts[subject] = [...(texts[subject] ?? []), text];
  return texts;
}
