import { measureRun } from '../analysis/baseline/measure-run.ts';
import { judgeCompleteness } from '../analysis/completeness/judge-completeness.ts';
import { type FailedGate, failedGates } from '../analysis/failed-gates.ts';
import type { RunData } from '../analysis/run-data.ts';
import { viewRun } from '../analysis/run-view.ts';
import { scenarioDigest, sha256 } from '../load/scenario-digest.ts';
import type { MeasuredRun, RunConditions } from '../model/baseline.ts';
import { ProfilerError } from '../model/errors.ts';
import type { ScenarioRecord } from '../model/run-manifest.ts';
import { findChangedArtefacts, withoutArtefacts } from '../record/changed-artefacts.ts';
import { type Run, readRun } from '../record/read-run.ts';
import { redacted } from '../redact/redact-values.ts';
import { parseScenario } from '../scenario/parse-scenario.ts';
import { type AnalyseOptions, analyseRun } from './analyse-run.ts';

/**
 * Reads a run folder as a baseline keeps it. `missing`: why it is no whole run, in sentences. `failed`: its gates that fail,
 * by the same verdict as that of its report. Throws as `readRun` does.
 */
export async function measureRunFolder(
  dir: string,
  options: AnalyseOptions,
): Promise<{
  readonly measured: MeasuredRun;
  readonly missing: readonly string[];
  readonly failed: readonly FailedGate[];
}> {
  const recorded = await readRun(dir);
  const kinds = ['cpu', 'heap-profile', 'database', 'heap-snapshot'] as const;
  const run = withoutArtefacts(recorded, await findChangedArtefacts(recorded, kinds));
  const { manifest, samples, events, requests, losses } = run;
  const data: RunData = {
    manifest,
    samples,
    events,
    requests,
    thresholds: [],
    heapGrowth: null,
    heapGrowthError: null,
    cpu: null,
    allocationGrowth: [],
    placeOf: () => null,
    damage: [],
    losses,
  };
  const startedAt = new Date(manifest.clock.startWallMs).toISOString();
  const measured = redacted({ id: manifest.id, startedAt, conditions: conditionsOf(run), measures: measureRun(data) });
  const { report } = await analyseRun(dir, options);
  const failed = failedGates(report, manifest.plan.failOn);
  return { measured, missing: judgeCompleteness(viewRun(data)).missing, failed };
}

function conditionsOf({ manifest, samples, events, requests }: Run): RunConditions {
  const { host, target, clock } = manifest;
  const lastMs = Math.max(events.at(-1)?.monoMs ?? 0, samples.at(-1)?.monoMs ?? 0, requests.at(-1)?.endMonoMs ?? 0);
  return {
    target: target.name,
    node: target.nodeVersion,
    scenario: manifest.scenario && {
      name: manifest.scenario.name,
      digest: manifest.scenario.digest ?? digestOfText(manifest.scenario),
    },
    host: { platform: host.platform, cpus: host.cpus, memoryBytes: host.memoryBytes },
    durationMs: Math.max(0, lastMs - clock.startMonoMs),
  };
}

/** Runs of earlier versions hold the text in place of the digest. */
function digestOfText({ name, text }: ScenarioRecord): string {
  try {
    return scenarioDigest(parseScenario(text, { fileName: name }));
  } catch (error) {
    if (!(error instanceof ProfilerError)) throw error;
    return sha256(text).slice(0, 16);
  }
}
