import { measureRun } from '../analysis/baseline/measure-run.ts';
import { judgeCompleteness } from '../analysis/completeness/judge-completeness.ts';
import type { RunData } from '../analysis/run-data.ts';
import { viewRun } from '../analysis/run-view.ts';
import { thresholdGates } from '../analysis/threshold-gates.ts';
import type { MeasuredRun, RunConditions } from '../model/baseline.ts';
import { ProfilerError } from '../model/errors.ts';
import type { ScenarioRecord } from '../model/run-manifest.ts';
import { findChangedArtefacts, withoutArtefacts } from '../record/changed-artefacts.ts';
import { type Run, readRun } from '../record/read-run.ts';
import { redacted } from '../redact/redact-values.ts';
import { parseScenario } from '../scenario/parse-scenario.ts';
import { keptLimits } from './kept-limits.ts';
import { scenarioDigest, sha256 } from './scenario-digest.ts';

/**
 * Reads a run folder as a baseline keeps it. Of profiles and snapshots only the checksums are looked at. `missing`: why it is no whole run, in
 * sentences. `broken`: its limits that do not hold. Throws as `readRun` does.
 */
export async function measureRunFolder(dir: string): Promise<{
  readonly measured: MeasuredRun;
  readonly missing: readonly string[];
  readonly broken: readonly string[];
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
  const broken = thresholdGates(viewRun({ ...data, thresholds: keptLimits(manifest, () => {}) }))
    .filter(({ status }) => status === 'fail')
    .map(({ name, limit }) => `${name} ${limit}`);
  return { measured, missing: judgeCompleteness(viewRun(data)).missing, broken };
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
