import { measureRun } from '../analysis/baseline/measure-run.ts';
import type { MeasuredRun, RunConditions } from '../model/baseline.ts';
import { ProfilerError } from '../model/errors.ts';
import type { ScenarioRecord } from '../model/run-manifest.ts';
import { type Run, readRun } from '../record/read-run.ts';
import { redacted } from '../redact/redact-values.ts';
import { parseScenario } from '../scenario/parse-scenario.ts';
import { scenarioDigest, sha256 } from './scenario-digest.ts';

/** Reads a run folder as a baseline keeps it. Profiles and snapshots stay closed. Throws as `readRun` does. */
export async function measureRunFolder(dir: string): Promise<MeasuredRun> {
  const run = await readRun(dir);
  const { manifest, samples, events, requests } = run;
  const measures = measureRun({
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
  });
  const startedAt = new Date(manifest.clock.startWallMs).toISOString();
  return redacted({ id: manifest.id, startedAt, conditions: conditionsOf(run), measures });
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
